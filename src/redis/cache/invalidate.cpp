#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "redis/cache/cache_impl.hpp"

namespace vitals::detail {

namespace {

constexpr std::string_view kSpecial = R"(*?[]\)";
// So many keys per SCAN and per UNLINK: a fraction of a millisecond of the server's only thread.
constexpr std::string_view kScanCount = "500";
constexpr std::size_t kBatch = 500;

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

struct CacheImpl::Scan {
  // Looked at between pages alone: to cut a command off would cost the connection, and the count of what it removed.
  std::chrono::nanoseconds left;
  CacheSite& site;
  std::vector<std::string_view> words;
};

bool CacheImpl::remove_batch(Scan& scan, std::span<const std::string_view> keys, InvalidateResult& result) {
  while (!keys.empty()) {
    const auto batch = keys.first(std::min(keys.size(), kBatch));
    keys = keys.subspan(batch.size());
    scan.words.assign(1, {});
    scan.words.insert(scan.words.end(), batch.begin(), batch.end());
    const RedisResult removed = remove(scan.words, pool_.options().command_timeout);
    if (removed.failure != RedisFailure::None) return false;
    scan.left -= removed.elapsed;
    result.removed += static_cast<std::size_t>(removed.reply->integer);
    scan.site.metrics.invalidated_by_pattern.inc(static_cast<std::uint64_t>(removed.reply->integer));
  }
  return true;
}

InvalidateResult CacheImpl::invalidate_pattern(std::string_view pattern, const InvalidateOptions& options) {
  flights().invalidate_prefix(stem_ + std::string{pattern.substr(0, pattern.find_first_of(kSpecial))});
  InvalidateResult result{.cursor = options.cursor};
  Scan scan{std::min(options.budget, kLongest), site_of(pattern), {}};
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
    if (!remove_batch(scan, keys, result)) return result;
    result.cursor = next;
  } while (result.cursor != 0 && scan.left > std::chrono::nanoseconds::zero());
  result.complete = result.cursor == 0;
  return result;
}

// The function whose keys a pattern like "get_appointments:*" names.
CacheSite& CacheImpl::site_of(std::string_view pattern) {
  NamedSite* const found = find_site(pattern.substr(0, pattern.find(':')));
  return found == nullptr ? patterns_ : found->site;
}

}  // namespace vitals::detail

namespace vitals {

std::string escape_glob(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (detail::kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace vitals
