#include "core/registry/sample_names.hpp"

#include <iterator>
#include <set>
#include <utility>

#include "core/text/escaping.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"

namespace vitals::detail {

namespace {

// What follows the base name in the lines of a type, in any format, and "" for its TYPE line. A gauge histogram is a
// histogram in text.
std::set<std::string_view> suffixes(MetricType type) {
  std::set<std::string_view> all = {""};
  for (const auto& lines : {openmetrics_sample_suffixes(type), text_sample_suffixes(type)})
    all.insert(lines.begin(), lines.end());
  if (type == MetricType::GaugeHistogram) all.insert({suffix::kSum, suffix::kCount});
  return all;
}

template <class Visit>
void for_each_line(std::string_view name, MetricType type, Visit visit) {
  const bool legacy = is_legacy_name(name, NameKind::Metric);
  for (const auto escaping : kEscapings) {
    const std::string exposed = exposed_name(name, escaping, NameKind::Metric);
    const std::string base{base_name(exposed, type)};
    for (const auto suffix : suffixes(type)) visit(base + std::string{suffix});
    if (legacy) break;  // the same in each
  }
}

}  // namespace

SampleNames::Clash SampleNames::find_clash(std::string_view name, MetricType type) const {
  Clash clash;
  for_each_line(name, type, [&](const std::string& line) {
    const auto found = taken_.find(line);
    if (clash.line.empty() && found != taken_.end()) clash = {found->first, found->second};
  });
  return clash;
}

void SampleNames::claim(std::string_view name, MetricType type) {
  std::map<std::string, std::string, std::less<>> lines;
  for_each_line(name, type, [&](std::string line) { lines.emplace(std::move(line), name); });
  taken_.merge(lines);  // allocates nothing: all are taken, or none is
}

// Allocates nothing, since the end of a token must not fail.
void SampleNames::release(std::string_view name, MetricType type) noexcept {
  const bool legacy = is_legacy_name(name, NameKind::Metric);  // then all its lines begin alike
  const std::string_view base = legacy ? base_name(name, type) : std::string_view{};
  for (auto line = taken_.lower_bound(base); line != taken_.end() && line->first.starts_with(base);)
    line = line->second == name ? taken_.erase(line) : std::next(line);
}

}  // namespace vitals::detail
