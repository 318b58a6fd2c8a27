#include "core/registry/sample_names.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "core/text/escaping.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"

namespace vitals::detail {

namespace {

// Whether a line of the type, in any format, has that after the base name. A gauge histogram is a histogram in text.
// Not for a counter or an info whose name lacks the ending of its type: OpenMetrics has it as of another type.
bool has_suffix(MetricType type, std::string_view suffix) {
  const auto is_one_of = [suffix](std::span<const std::string_view> suffixes) {
    return std::find(suffixes.begin(), suffixes.end(), suffix) != suffixes.end();
  };
  return suffix.empty() || is_one_of(openmetrics_sample_suffixes(type)) || is_one_of(text_sample_suffixes(type)) ||
         (type == MetricType::GaugeHistogram && is_one_of(text_sample_suffixes(MetricType::Histogram)));
}

// In the order in which clashes are looked for. The first is for the TYPE line.
constexpr std::array<std::string_view, 9> kSuffixes = {
    "",           suffix::kTotal, suffix::kInfo,   suffix::kBucket, suffix::kGaugeSum, suffix::kGaugeCount,
    suffix::kSum, suffix::kCount, suffix::kCreated};

template <class Visit>
void for_each_line(std::string_view name, MetricType type, Visit visit) {
  const bool legacy = is_legacy_name(name, NameKind::Metric);
  for (const auto escaping : kEscapings) {
    const std::string exposed = exposed_name(name, escaping, NameKind::Metric);
    const std::string base{base_name(exposed, type)};
    const bool is_exact = !value_suffix(type).empty() && base == exposed;
    for (const auto suffix : kSuffixes) {
      if (is_exact ? suffix.empty() : has_suffix(type, suffix)) visit(base + std::string{suffix});
    }
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

std::string clash_text(const SampleNames::Clash& clash) {
  return "its line \"" + clash.line + "\" would clash with that of metric \"" + clash.family + "\"; rename one of them";
}

}  // namespace vitals::detail
