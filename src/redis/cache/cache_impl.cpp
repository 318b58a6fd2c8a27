#include "redis/cache/cache_impl.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "redis/cache/flights.hpp"
#include "redis/pool/reply.hpp"
#include "redis/pool/socket.hpp"

namespace vitals::detail {

namespace {

// How many keys one SCAN looks at and one UNLINK removes: a fraction of a millisecond of the server's only thread.
constexpr std::string_view kScanCount = "500";
constexpr std::size_t kBatch = 500;

// The prefix, so that it ends at the first colon of a key, whatever it is.
std::string stem_of(std::string_view prefix) {
  std::string stem;
  for (const char c : prefix) {
    if (c == ':' || c == '%') {
      stem += c == ':' ? "%3A" : "%25";
    } else {
      stem += c;
    }
  }
  return stem + ":";
}

bool parse_cursor(std::string_view text, std::uint64_t& cursor) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor);
  return error == std::errc{} && end == text.data() + text.size();
}

// SCAN answers with the next cursor and an array of keys.
bool parse_page(const redisReply& reply, std::uint64_t& cursor, std::vector<std::string_view>& keys) {
  if (reply.elements != 2 || reply.element[0]->type != REDIS_REPLY_STRING) return false;
  const redisReply& page = *reply.element[1];
  if (page.type != REDIS_REPLY_ARRAY || !parse_cursor(text_of(*reply.element[0]), cursor)) return false;
  keys.clear();
  for (std::size_t i = 0; i < page.elements; ++i) {
    if (page.element[i]->type != REDIS_REPLY_STRING) return false;
    keys.push_back(text_of(*page.element[i]));
  }
  return true;
}

}  // namespace

CacheImpl::CacheImpl(Registry& registry, RedisPoolImpl& pool, CacheOptions options)
    : pool_{pool}, options_{std::move(options)}, stem_{stem_of(options_.prefix)}, metrics_{registry} {}

CacheImpl::~CacheImpl() {
  for (const std::atomic<CacheSite*>* site : {&plain_, &patterns_}) {
    const std::unique_ptr<const CacheSite> ended{site->load(std::memory_order_acquire)};
  }
  for (const NamedSite* site = sites_.load(std::memory_order_acquire); site != nullptr;) {
    const std::unique_ptr<const NamedSite> ended{std::exchange(site, site->next)};
  }
}

Flights& CacheImpl::flights() { return flights_.get(); }

CacheImpl::NamedSite* CacheImpl::find_site(std::string_view name) const noexcept {
  NamedSite* site = sites_.load(std::memory_order_acquire);
  while (site != nullptr && site->name != name) site = site->next;
  return site;
}

CacheSite& CacheImpl::site(std::string_view name) {
  if (NamedSite* known = find_site(name)) return known->site;
  std::string stem = stem_ + std::string{name} + ":";
  std::unique_ptr<NamedSite> made{
      new NamedSite{std::string{name}, {*this, std::move(stem), SiteMetrics{metrics_, name}}, nullptr}};
  made->next = sites_.load(std::memory_order_acquire);
  do {  // names are looked at after made->next was read, so the thread that wins the exchange has seen all of them
    if (NamedSite* known = find_site(name)) return known->site;
  } while (!sites_.compare_exchange_weak(made->next, made.get(), std::memory_order_acq_rel));
  return made.release()->site;
}

CacheSite* CacheImpl::late(std::atomic<CacheSite*>& site, std::string_view label) noexcept {
  CacheSite* known = site.load(std::memory_order_acquire);
  if (known != nullptr) return known;
  try {
    std::unique_ptr<CacheSite> made{new CacheSite{*this, stem_, SiteMetrics{metrics_, label}}};
    return site.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel) ? made.release() : known;
  } catch (...) {
    return nullptr;
  }
}

RedisResult CacheImpl::run(CacheCommand command, RedisConnection::Command words,
                           std::chrono::nanoseconds budget) noexcept {
  RedisResult result = pool_.execute(words, budget);
  if (bypassed(result.failure)) return result;
  metrics_.operation(command, result.elapsed);
  // An unknown command is tried by another name.
  if (result.failure != RedisFailure::None && result.failure != RedisFailure::UnknownCommand) {
    metrics_.error(command, result.failure);
  }
  return result;
}

RedisResult CacheImpl::remove(std::span<std::string_view> words, std::chrono::nanoseconds budget) noexcept {
  if (!pool_.no_unlink.load(std::memory_order_relaxed)) {
    RedisResult result = run_remove(CacheCommand::Unlink, words, budget);
    if (result.failure != RedisFailure::UnknownCommand) return result;
    pool_.no_unlink.store(true, std::memory_order_relaxed);  // Redis before 4
    budget -= result.elapsed;
  }
  return run_remove(CacheCommand::Del, words, budget);
}

RedisResult CacheImpl::run_remove(CacheCommand command, std::span<std::string_view> words,
                                  std::chrono::nanoseconds budget) noexcept {
  words[0] = command_name(command);
  RedisResult result = run(command, {words, kIntegerReply}, budget);
  if (result.failure != RedisFailure::None) return result;
  const auto keys = static_cast<long long>(words.size() - 1);
  if (result.reply->integer < 0 || result.reply->integer > keys) {
    result.failure = RedisFailure::Protocol;
    metrics_.error(command, result.failure);
  }
  return result;
}

// Before a key is removed from Redis, so that a load under way does not put it there again; and again afterwards, since
// a load that began meanwhile may have found the old value, and must not share it with later callers.
// False if there was no memory.
bool CacheImpl::invalidate(const std::string& key) noexcept {
  try {
    flights().invalidate(key);
    if (const auto plain = plain_flight(key)) flights().invalidate(*plain);
    return true;
  } catch (...) {
    return false;
  }
}

bool CacheImpl::erase(CacheSite* site, const std::string& key) noexcept {
  const bool was_told = invalidate(key);
  std::string_view words[] = {{}, key};
  const RedisResult result = remove(words, options_.budget);
  if (!invalidate(key) || !was_told || result.failure != RedisFailure::None) return false;
  if (site != nullptr) site->metrics.invalidated_by_key.inc(static_cast<std::uint64_t>(result.reply->integer));
  return true;
}

// Has a budget of its own, since the write may have spent the call's: an old value must not stay.
bool CacheImpl::take_back(std::string_view key) noexcept {
  std::string_view words[] = {{}, key};
  return remove(words, pool_.options().command_timeout).failure == RedisFailure::None;
}

struct CacheImpl::Scan {
  // Looked at between pages only: to give up a command would cost the connection, and the count of what it removed.
  std::chrono::nanoseconds left;
  CacheSite* site;  // null: no memory for its metrics
  std::vector<std::string_view> words;
};

// As invalidate() is: before and after.
InvalidateResult CacheImpl::invalidate_pattern(std::string_view pattern, const InvalidateOptions& options) {
  const std::string prefix = stem_ + std::string{pattern.substr(0, pattern.find_first_of(kGlobSpecial))};
  Flights& loads = flights();
  loads.invalidate_prefix(prefix);
  const InvalidateResult result = remove_matching(pattern, options);
  loads.invalidate_prefix(prefix);
  return result;
}

InvalidateResult CacheImpl::remove_matching(std::string_view pattern, const InvalidateOptions& options) {
  // The function whose keys a pattern like "get_appointments:*" names.
  NamedSite* const named = find_site(pattern.substr(0, pattern.rfind(':')));
  Scan scan{std::min(options.budget, kLongest), named == nullptr ? patterns() : &named->site, {}};
  InvalidateResult result{.cursor = options.cursor};
  const std::string match = escape_glob(stem_) + std::string{pattern};
  std::vector<std::string_view> keys;
  do {
    const std::string cursor = std::to_string(result.cursor);
    const std::string_view words[] = {"SCAN", cursor, "MATCH", match, "COUNT", kScanCount};
    const RedisResult page = run(CacheCommand::Scan, {words, kArrayReply}, pool_.options().command_timeout);
    if (page.failure != RedisFailure::None) return result;
    scan.left -= page.elapsed;
    std::uint64_t next = 0;
    if (!parse_page(*page.reply, next, keys)) {
      metrics_.error(CacheCommand::Scan, RedisFailure::Protocol);
      return result;
    }
    result.scanned += keys.size();
    if (!remove_page(scan, keys, result)) return result;
    result.cursor = next;
  } while (result.cursor != 0 && scan.left > std::chrono::nanoseconds::zero());
  result.complete = result.cursor == 0;
  return result;
}

bool CacheImpl::remove_page(Scan& scan, std::span<const std::string_view> keys, InvalidateResult& result) {
  while (!keys.empty()) {
    const auto batch = keys.first(std::min(keys.size(), kBatch));
    keys = keys.subspan(batch.size());
    scan.words.assign(1, {});
    scan.words.insert(scan.words.end(), batch.begin(), batch.end());
    const RedisResult removed = remove(scan.words, pool_.options().command_timeout);
    if (removed.failure != RedisFailure::None) return false;
    scan.left -= removed.elapsed;
    result.removed += static_cast<std::size_t>(removed.reply->integer);
    if (scan.site != nullptr)
      scan.site->metrics.invalidated_by_pattern.inc(static_cast<std::uint64_t>(removed.reply->integer));
  }
  return true;
}

}  // namespace vitals::detail
