#include "redis/cache_core.hpp"

#include <utility>

namespace vitals::detail {

namespace {

std::string stem_of(const std::string& prefix) { return prefix.empty() ? "" : prefix + ":"; }

}  // namespace

CacheCore::CacheCore(Registry& registry, RedisPoolCore& pool, CacheOptions options)
    : pool_{pool},
      options_{std::move(options)},
      stem_{stem_of(options_.prefix)},
      metrics_{registry},
      flights_{[] { return std::make_unique<Flights>(); }},
      plain_{*this, stem_, SiteMetrics{metrics_, "get_or_compute"}},
      patterns_{*this, stem_, SiteMetrics{metrics_, "_pattern"}} {}

CacheSite& CacheCore::site(std::string_view name) {
  const std::lock_guard lock{mutex_};
  const auto found = sites_.find(name);
  if (found != sites_.end()) return found->second;
  std::string stem = stem_ + std::string{name} + ":";
  return sites_.emplace(std::string{name}, CacheSite{*this, std::move(stem), SiteMetrics{metrics_, name}})
      .first->second;
}

RedisResult CacheCore::run(CacheCommand command, RedisConnection::Command words,
                           std::chrono::nanoseconds budget) noexcept {
  RedisResult result = pool_.execute(words, budget);
  if (bypassed(result.failure)) return result;
  metrics_.operation(command, result.elapsed);
  // An unknown command is tried by another name.
  if (result.failure != RedisFailure::kNone && result.failure != RedisFailure::kUnknownCommand) {
    metrics_.error(command, result.failure);
  }
  return result;
}

RedisResult CacheCore::remove(std::span<std::string_view> words, std::chrono::nanoseconds budget) noexcept {
  if (!pool_.no_unlink.load(std::memory_order_relaxed)) {
    words[0] = command_name(CacheCommand::kUnlink);
    RedisResult result = run(CacheCommand::kUnlink, {words, kIntegerReply}, budget);
    if (result.failure != RedisFailure::kUnknownCommand) return result;
    pool_.no_unlink.store(true, std::memory_order_relaxed);  // Redis before 4
    budget -= result.elapsed;
  }
  words[0] = command_name(CacheCommand::kDel);
  return run(CacheCommand::kDel, {words, kIntegerReply}, budget);
}

bool CacheCore::erase(CacheSite& site, const std::string& key) noexcept {
  try {
    flights().invalidate(key);
  } catch (...) {
    // A forked child without memory has no flights either.
  }
  std::string_view words[] = {{}, key};
  const RedisResult result = remove(words, options_.budget);
  if (result.failure != RedisFailure::kNone) return false;
  site.metrics.invalidated_by_key.inc(static_cast<std::uint64_t>(result.reply->integer));
  return true;
}

}  // namespace vitals::detail
