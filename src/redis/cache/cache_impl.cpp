#include "redis/cache/cache_impl.hpp"

#include <utility>

namespace vitals::detail {

namespace {

std::string stem_of(const std::string& prefix) { return prefix.empty() ? "" : prefix + ":"; }

}  // namespace

CacheImpl::CacheImpl(Registry& registry, RedisPoolImpl& pool, CacheOptions options)
    : pool_{pool},
      options_{std::move(options)},
      stem_{stem_of(options_.prefix)},
      metrics_{registry},
      flights_{[] { return std::make_unique<Flights>(); }},
      plain_{*this, stem_, SiteMetrics{metrics_, "get_or_compute"}},
      patterns_{*this, stem_, SiteMetrics{metrics_, "_pattern"}} {}

CacheImpl::~CacheImpl() {
  for (const NamedSite* site = sites_.load(std::memory_order_acquire); site != nullptr;) {
    const std::unique_ptr<const NamedSite> ended{std::exchange(site, site->next)};
  }
}

NamedSite* CacheImpl::find_site(std::string_view name) const noexcept {
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
  do {  // the look is younger than made->next, so who gets the exchange has seen all names
    if (NamedSite* known = find_site(name)) return known->site;
  } while (!sites_.compare_exchange_weak(made->next, made.get(), std::memory_order_acq_rel));
  return made.release()->site;
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

// Not on what is left of the call's budget, which the write has spent: an old value must not stay.
void CacheImpl::take_back(std::string_view key) noexcept {
  std::string_view words[] = {{}, key};
  static_cast<void>(remove(words, pool_.options().command_timeout));
}

bool CacheImpl::erase(CacheSite& site, const std::string& key) noexcept {
  try {
    flights().invalidate(key);
  } catch (...) {
    // A forked child without memory has no flights either.
  }
  std::string_view words[] = {{}, key};
  const RedisResult result = remove(words, options_.budget);
  if (result.failure != RedisFailure::None) return false;
  site.metrics.invalidated_by_key.inc(static_cast<std::uint64_t>(result.reply->integer));
  return true;
}

}  // namespace vitals::detail
