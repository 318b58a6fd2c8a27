#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/redis/detail/cache_call.hpp>

#include "core/system/random.hpp"
#include "redis/cache/cache_impl.hpp"
#include "redis/cache/cache_metrics.hpp"
#include "redis/cache/cache_site.hpp"
#include "redis/cache/envelope.hpp"
#include "redis/cache/flights.hpp"
#include "redis/pool/failure.hpp"
#include "redis/pool/fork_local.hpp"
#include "redis/pool/pool_impl.hpp"
#include "redis/pool/reply.hpp"

namespace vitals::detail {

namespace {

using std::chrono::milliseconds;

// The most that a SET is on its way; more than TCP tries to deliver it by default would be too long to remember it.
constexpr std::chrono::minutes kOnTheWire{1};

milliseconds jittered(milliseconds ttl, double jitter) noexcept {
  // Far beyond any use, and far from what overflows in Redis.
  constexpr std::chrono::hours kMaxTtl{24 * 365 * 10};
  const double share = 1 - jitter * jitter_unit(std::chrono::steady_clock::now());
  const auto shortened = std::min<milliseconds>(ttl, kMaxTtl) * share;
  return std::max(std::chrono::duration_cast<milliseconds>(shortened), milliseconds{1});
}

}  // namespace

/// What run() knows, from step to step. Steps throw nothing unless they say so.
class CacheCall::Run {
 public:
  Run(CacheCall& call, CacheSite& site, const CacheKey& key, milliseconds ttl) noexcept
      : call_{call}, site_{site}, key_{key}, ttl_{ttl}, left_{site.cache.options().budget} {
    try {
      flights_ = &site.cache.flights();
      if (key_.identity.empty()) flight_name_ = plain_flight(key_.text);
      seen_ = flights_->look(name(), rejected_);
    } catch (...) {
      flights_ = nullptr;  // no memory: the call goes alone
      left_ = {};
    }
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    // Those who still wait are told to load the value themselves.
    if (leads_ && !forked()) flights_->end(name(), *flight_);
  }

  /// All the steps, in their order. Throws what the function throws.
  void go() {
    if (read()) return;
    if (join() && read()) return;
    record();
    if (follow()) return;
    load();
    if (leads_) store();
  }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Outcome { Hit, Miss, Error, Bypass };

  // Asks Redis. True if that gives the value, and ends the call.
  bool read() noexcept {
    if (left_ <= std::chrono::nanoseconds::zero()) return false;
    const std::string_view words[] = {"GET", key_.text};
    const RedisResult got = site_.cache.run(CacheCommand::Get, {words, kStringReply | kNilReply}, left_);
    left_ -= got.elapsed;
    may_write_ = got.failure == RedisFailure::None || got.failure == RedisFailure::WrongType;
    if (got.failure != RedisFailure::None) {
      outcome_ = bypassed(got.failure) ? Outcome::Bypass : Outcome::Error;
      return false;
    }
    outcome_ = Outcome::Miss;
    if (got.reply->type != REDIS_REPLY_STRING) return false;
    const std::optional<Envelope> envelope = unseal(text_of(*got.reply));
    if (envelope && (envelope->identity != key_.identity || rejected_.has(envelope->write))) return false;
    if (!envelope || !call_.decode(envelope->payload)) {
      outcome_ = Outcome::Error;
      site_.cache.count_error(CacheCommand::Get, RedisFailure::Decode);
      return false;
    }
    outcome_ = Outcome::Hit;
    record();
    if (leads_ && !forked()) share(envelope->payload);
    return true;
  }

  // Gives a value that was found when it was read again to those who have joined meanwhile.
  void share(std::string_view found) noexcept {
    std::shared_ptr<const std::string> payload;
    try {
      payload = std::make_shared<const std::string>(found);
    } catch (...) {
      // No memory: they load it themselves.
    }
    flights_->settle(name(), *flight_, std::move(payload));
  }

  // After a miss: joins those who load this key, or leads. True if it is worthwhile to read again.
  bool join() noexcept {
    if (flights_ == nullptr) return false;
    try {
      Flights::Joined joined = flights_->join(name(), seen_, rejected_);
      flight_ = std::move(joined.flight);
      leads_ = joined.leads;
      return joined.recent && may_write_;
    } catch (...) {
      return false;  // no memory: the call goes alone
    }
  }

  void record() noexcept {
    SiteMetrics& metrics = site_.metrics;
    switch (outcome_) {
      case Outcome::Hit:
        metrics.hit.inc();
        return site_.cache.count_lookup(true);
      case Outcome::Miss:
        metrics.miss.inc();
        return site_.cache.count_lookup(false);
      case Outcome::Error:
        return metrics.error.inc();
      case Outcome::Bypass:
        return metrics.bypass.inc();
    }
  }

  // Waits for another caller who leads. True if that gives the value. Throws what the leader's function threw.
  bool follow() {
    if (flight_ == nullptr || leads_) return false;
    std::shared_ptr<const std::string> payload;
    const auto deadline = Clock::now() + site_.cache.options().flight_wait;
    const Flights::Wait waited = flights_->wait(name(), flight_, deadline, payload);
    leads_ = waited == Flights::Wait::Lead;
    if (waited == Flights::Wait::Value) site_.metrics.deduplicated.inc();
    return payload != nullptr && call_.decode(*payload);
  }

  // Calls the function; throws what it throws.
  void load() {
    const Clock::time_point began = Clock::now();
    try {
      call_.compute();
    } catch (...) {
      site_.metrics.load_error.observe(Clock::now() - began);
      if (leads_ && !forked()) flights_->settle(name(), *flight_, std::current_exception());
      throw;
    }
    load_took_ = Clock::now() - began;
    site_.metrics.load_success.observe(load_took_);
  }

  // Gives the value to those who wait, and to Redis. REQUIRES: this call leads.
  void store() noexcept {
    std::string payload;
    try {
      payload = call_.encode();
    } catch (...) {
      site_.cache.count_error(CacheCommand::Set, RedisFailure::Encode);
      return site_.metrics.put_failed.inc();
    }
    if (forked()) return;
    try {
      const auto shared = std::make_shared<const std::string>(std::move(payload));
      flights_->settle(name(), *flight_, shared);
      if (may_write_ && ttl_ > milliseconds::zero()) write(*shared);
    } catch (...) {
      site_.metrics.put_failed.inc();  // no memory
    }
  }

  // May throw std::bad_alloc.
  void write(std::string_view payload) {
    SiteMetrics& metrics = site_.metrics;
    if (payload.size() > site_.cache.options().max_value_bytes) return metrics.put_too_large.inc();
    if (left_ <= std::chrono::nanoseconds::zero()) return metrics.put_failed.inc();
    const milliseconds ttl = jittered(ttl_, site_.cache.options().jitter);
    const auto cost = std::chrono::duration_cast<milliseconds>(load_took_);
    const std::uint64_t number = flights_->next_write();
    const std::string value = seal({key_.identity, payload, number}, cost, std::chrono::system_clock::now() + ttl);
    const std::string px = std::to_string(ttl.count());
    const std::string_view words[] = {"SET", key_.text, value, "PX", px};
    if (!flights_->begin_write(name(), *flight_, number)) return metrics.put_stale.inc();
    const RedisResult put = site_.cache.run(CacheCommand::Set, {words, kStatusReply}, left_);
    // A SET that was given up may still be carried out.
    const bool known = !connection_failed(put.failure);
    if (flights_->end_write(name(), *flight_, known, Clock::now() + ttl + kOnTheWire)) {
      metrics.put_stale.inc();
      if (site_.cache.take_back(key_.text) && known) flights_->taken_back(name(), number);
      return;
    }
    (put.failure == RedisFailure::None ? metrics.put_stored : metrics.put_failed).inc();
  }

  // What its flights go by: a plain key and a function's of the same text must not share one, which has no identity.
  [[nodiscard]] const std::string& name() const noexcept { return flight_name_ ? *flight_name_ : key_.text; }

  // A child that was forked in the middle of the call must not touch the parent's flights.
  [[nodiscard]] bool forked() const noexcept { return fork_generation.load(std::memory_order_relaxed) != generation_; }

  CacheCall& call_;
  CacheSite& site_;
  const CacheKey& key_;
  const milliseconds ttl_;
  const std::uint64_t generation_ = fork_generation.load(std::memory_order_relaxed);
  std::chrono::nanoseconds left_;  // of the budget for Redis
  Outcome outcome_ = Outcome::Bypass;
  bool may_write_ = false;
  Flights* flights_ = nullptr;
  std::optional<std::string> flight_name_;  // if it isn't the key's text
  std::uint64_t seen_ = 0;
  Rejected rejected_;
  std::shared_ptr<Flight> flight_;
  bool leads_ = false;
  Clock::duration load_took_{};
};

void CacheCall::run(CacheSite& site, const CacheKey& key, milliseconds ttl) { Run{*this, site, key, ttl}.go(); }

}  // namespace vitals::detail
