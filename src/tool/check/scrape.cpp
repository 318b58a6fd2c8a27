#include "tool/check/scrape.hpp"

#include <algorithm>
#include <span>

#include <fmt/core.h>

#include "core/text/metric_types.hpp"
#include "tool/input/exposition.hpp"

namespace vitals::tool {
namespace {

constexpr std::string_view kProcessStart = "process_start_time_seconds";

Labels sorted_labels(std::span<const Label> labels) {
  Labels sorted;
  sorted.reserve(labels.size());
  for (const auto& label : labels) {
    if (!label.value.empty()) sorted.emplace_back(label.name, label.value);  // an empty label is no label
  }
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

Scrape Scrape::parse(std::string_view text, const std::set<std::string, std::less<>>& wanted, std::size_t limit) {
  Scrape scrape;
  std::size_t stored = 0;
  const auto keep_type = [&](std::string_view name, std::string_view type) {
    if (wanted.contains(name) || wanted.contains(fmt::format("{}{}", name, detail::suffix::kBucket)))
      scrape.types_.emplace(name, type);
  };
  const auto keep_sample = [&](const Sample& sample) {
    if (sample.name != kProcessStart && !wanted.contains(sample.name)) return;
    stored += 1 + sample.labels.size();
    if (stored > limit) throw ExpositionError(sample.line, fmt::format("more than {} series and labels", limit));
    auto family = scrape.series_.find(sample.name);
    if (family == scrape.series_.end()) family = scrape.series_.emplace(sample.name, SeriesMap{}).first;
    if (!family->second.emplace(sorted_labels(sample.labels), sample.value).second) {
      throw ExpositionError(sample.line, fmt::format("{} twice with the same labels", sample.name));
    }
  };
  parse_exposition(text, {.on_type = keep_type, .on_sample = keep_sample});
  return scrape;
}

const SeriesMap* Scrape::find(std::string_view sample_name) const {
  const auto it = series_.find(sample_name);
  return it == series_.end() ? nullptr : &it->second;
}

std::string_view Scrape::type(std::string_view metric) const {
  const auto it = types_.find(metric);
  return it == types_.end() ? std::string_view{} : std::string_view{it->second};
}

const SeriesMap& Scrape::process_starts() const {
  static const SeriesMap none;
  const auto* starts = find(kProcessStart);
  return starts ? *starts : none;
}

}  // namespace vitals::tool
