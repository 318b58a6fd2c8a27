#include <algorithm>
#include <string>
#include <utility>

#include <vitals/redis/detail/cache_call.hpp>

#include "redis/cache/cache_impl.hpp"
#include "redis/cache/envelope.hpp"
#include "redis/pool/random.hpp"

namespace vitals::detail {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Far beyond any use, and far from what overflows in Redis.
constexpr std::chrono::hours kMaxTtl{24 * 365 * 10};

milliseconds jittered(milliseconds ttl, double jitter) noexcept {
  const double share = 1 - jitter * jitter_unit(Clock::now());
  const auto shortened = std::min<milliseconds>(ttl, kMaxTtl) * share;
  return std::max(std::chrono::duration_cast<milliseconds>(shortened), milliseconds{1});
}

}  // namespace

CacheCall::CacheCall(CacheSite& site, CacheKey key, milliseconds ttl) noexcept
    : site_{site},
      key_{std::move(key)},
      ttl_{ttl},
      generation_{fork_generation.load(std::memory_order_relaxed)},
      flights_{nullptr},
      left_{site.cache.options().budget} {
  try {
    flights_ = &site.cache.flights();
    seen_ = flights_->ended(key_.text);
  } catch (...) {
    // A forked child without memory: the call goes alone.
  }
}

CacheCall::~CacheCall() { end(); }

bool CacheCall::forked() const noexcept { return fork_generation.load(std::memory_order_relaxed) != generation_; }

std::optional<std::string_view> CacheCall::read() noexcept {
  if (left_ <= std::chrono::nanoseconds::zero()) return std::nullopt;
  const std::string_view words[] = {"GET", key_.text};
  RedisResult got = site_.cache.run(CacheCommand::Get, {words, kStringReply | kNilReply}, left_);
  left_ -= got.elapsed;
  may_write_ = got.failure == RedisFailure::None || got.failure == RedisFailure::WrongType;
  if (got.failure != RedisFailure::None) {
    outcome_ = bypassed(got.failure) ? Outcome::Bypass : Outcome::Error;
    return std::nullopt;
  }
  outcome_ = Outcome::Miss;
  reply_ = std::move(got.reply);
  if (reply_->type != REDIS_REPLY_STRING) return std::nullopt;
  const std::optional<Envelope> envelope = unseal(text_of(*reply_));
  if (!envelope) {
    undecodable();
    return std::nullopt;
  }
  if (envelope->identity != key_.identity) return std::nullopt;
  payload_ = envelope->payload;
  return payload_;
}

void CacheCall::undecodable() noexcept {
  outcome_ = Outcome::Error;
  site_.cache.count_error(CacheCommand::Get, RedisFailure::Decode);
}

void CacheCall::hit() noexcept {
  outcome_ = Outcome::Hit;
  record();
  if (!leads_) return;
  // Found on the second look; others may have joined meanwhile.
  std::shared_ptr<const std::string> payload;
  try {
    payload = std::make_shared<const std::string>(payload_);
  } catch (...) {
    // They load it themselves.
  }
  if (!forked()) flights_->settle(key_.text, *flight_, std::move(payload));
  end();
}

void CacheCall::record() noexcept {
  if (std::exchange(recorded_, true)) return;
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

bool CacheCall::join() noexcept {
  reply_.reset();
  if (flights_ == nullptr) return false;
  try {
    Flights::Joined joined = flights_->join(key_.text, seen_);
    flight_ = std::move(joined.flight);
    leads_ = joined.leads;
    return joined.recent && may_write_;
  } catch (...) {
    return false;  // no memory: alone
  }
}

std::shared_ptr<const std::string> CacheCall::follow() {
  record();
  if (flight_ == nullptr || leads_) return nullptr;
  std::shared_ptr<const std::string> payload;
  const auto deadline = Clock::now() + site_.cache.options().flight_wait;
  const Flights::Wait waited = flights_->wait(key_.text, flight_, deadline, payload);
  leads_ = waited == Flights::Wait::Lead;
  if (waited == Flights::Wait::Value) site_.metrics.deduplicated.inc();
  return payload;
}

void CacheCall::load_begins() noexcept { load_began_ = Clock::now(); }

void CacheCall::load_failed() noexcept {
  site_.metrics.load_error.observe(Clock::now() - load_began_);
  if (leads_ && !forked()) flights_->settle(key_.text, *flight_, std::current_exception());
}

void CacheCall::load_succeeded() noexcept {
  load_took_ = Clock::now() - load_began_;
  site_.metrics.load_success.observe(load_took_);
}

void CacheCall::store(std::string payload) noexcept {
  if (forked()) return;
  try {
    const auto shared = std::make_shared<const std::string>(std::move(payload));
    flights_->settle(key_.text, *flight_, shared);
    if (may_write_ && ttl_ > milliseconds::zero()) write(*shared);
  } catch (...) {
    site_.metrics.put_failed.inc();  // no memory
  }
}

void CacheCall::unencodable() noexcept {
  site_.cache.count_error(CacheCommand::Set, RedisFailure::Encode);
  site_.metrics.put_failed.inc();
}

void CacheCall::write(std::string_view payload) {
  SiteMetrics& metrics = site_.metrics;
  if (payload.size() > site_.cache.options().max_value_bytes) return metrics.put_too_large.inc();
  if (flights_->stale(key_.text, *flight_)) return metrics.put_stale.inc();
  if (left_ <= std::chrono::nanoseconds::zero()) return metrics.put_failed.inc();
  const milliseconds ttl = jittered(ttl_, site_.cache.options().jitter);
  const auto cost = std::chrono::duration_cast<milliseconds>(load_took_);
  const std::string value = seal({cost, std::chrono::system_clock::now() + ttl, key_.identity, payload});
  const std::string px = std::to_string(ttl.count());
  const std::string_view words[] = {"SET", key_.text, value, "PX", px};
  const RedisResult put = site_.cache.run(CacheCommand::Set, {words, kStatusReply}, left_);
  left_ -= put.elapsed;
  // A SET that failed for want of time may still be carried out.
  if (flights_->stale(key_.text, *flight_)) return take_back();
  (put.failure == RedisFailure::None ? metrics.put_stored : metrics.put_failed).inc();
}

// The key was invalidated between the look at the mark and the SET.
void CacheCall::take_back() noexcept {
  site_.metrics.put_stale.inc();
  site_.cache.take_back(key_.text);
}

// Whoever still waits is told to load the value himself.
void CacheCall::end() noexcept {
  if (!std::exchange(leads_, false) || forked()) return;
  flights_->end(key_.text, *flight_);
}

}  // namespace vitals::detail
