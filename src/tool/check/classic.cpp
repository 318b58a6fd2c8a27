#include "tool/check/classic.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <string>

#include <fmt/core.h>

#include "core/text/metric_types.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// The value of le as a number: "1", "1.0" and "1e0" are one bound.
double upper_bound(const Labels& labels) {
  auto text = label_value(labels, detail::kBucketLabel);
  if (text.starts_with('+')) text.remove_prefix(1);
  double bound = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
  if (error != std::errc{} || end != text.data() + text.size() || std::isnan(bound)) {
    throw Unjudgeable(fmt::format("a bucket has le='{}', which is no number", printable(text)));
  }
  return bound;
}

std::string named(const Target& target, const Labels& labels) {
  return printable(series_text(target.metric, labels), 150);
}

bool is_below(double count, double other) {
  constexpr double kRounding = 1e-9;  // of counts that are no whole numbers
  return count < other * (1 - kRounding);
}

void require_cumulative(const BucketMap& buckets, const std::string& name, std::string_view verb) {
  for (auto at = buckets.begin(), next = at; at != buckets.end() && ++next != buckets.end(); ++at) {
    if (is_below(next->second, at->second))
      throw Unjudgeable(
          fmt::format("{} {} {} up to {} and {} up to {}: buckets are cumulative, so the exporter is wrong", name, verb,
                      format_count(at->second), at->first, format_count(next->second), next->first));
  }
}

void require_count(const Scrape& scrape, const Target& target, const Labels& labels, const BucketMap& buckets) {
  const auto* counts = scrape.find(target.metric + std::string(detail::suffix::kCount));
  const auto count = counts ? counts->find(labels) : SeriesMap::const_iterator{};
  if (!counts || count == counts->end() || !std::isinf(buckets.rbegin()->first)) return;
  const double all = buckets.rbegin()->second;
  if (is_below(count->second, all) || is_below(all, count->second))
    throw Unjudgeable(
        fmt::format("{} has {} in the bucket +Inf and {} as its count: they are one, so the exporter is "
                    "wrong",
                    named(target, labels), format_count(all), format_count(count->second)));
}

bool have_same_bounds(const BucketMap& a, const BucketMap& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& one, const auto& other) { return one.first == other.first; });
}

}  // namespace

std::map<Labels, BucketMap> histograms(const SeriesMap& buckets) {
  std::map<Labels, BucketMap> result;
  auto last = result.end();  // those of one histogram mostly follow each other
  for (const auto& [labels, count] : buckets) {
    const double bound = upper_bound(labels);
    Labels rest = labels;
    std::erase_if(rest, [](const auto& label) { return label.first == detail::kBucketLabel; });
    if (last == result.end() || last->first != rest) last = result.try_emplace(std::move(rest)).first;
    if (!last->second.emplace(bound, count).second)
      throw Unjudgeable(fmt::format("a histogram has the bucket {} twice", bound));
  }
  return result;
}

void require_truthful(const Window& window, const Target& target, const SeriesMap& grown) {
  const auto all = [&](const Scrape& scrape) {
    const auto* series = scrape.find(target.sample_name());
    return series ? histograms(*series) : std::map<Labels, BucketMap>{};
  };
  const auto before = all(window.before);
  const auto after = all(window.after);
  for (const auto& [labels, growth] : histograms(grown)) {
    const auto name = named(target, labels);
    const auto& now = after.at(labels);
    require_cumulative(now, name, "has");
    require_count(window.after, target, labels, now);
    const auto old = before.find(labels);
    if (old == before.end()) continue;
    if (!have_same_bounds(old->second, now))
      throw Unjudgeable(fmt::format("the buckets of {} changed between the scrapes", name));
    require_cumulative(old->second, name, "had");
    require_count(window.before, target, labels, old->second);
    require_cumulative(growth, name, "grew by");
  }
}

}  // namespace vitals::tool
