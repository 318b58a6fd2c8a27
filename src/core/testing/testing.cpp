#include <algorithm>
#include <charconv>
#include <span>

#include <vitals/exposition.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing.hpp>

#include "core/formats/exposed_histogram.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"
#include "core/testing/line_diff.hpp"
#include "core/text/metric_types.hpp"

namespace vitals::testing {

namespace {

// Calls visit(suffix, label, value) for each line of the metric; the label is the one that the type adds, or empty.
template <class Visit>
void for_each_sample(const FamilySnapshot& family, const MetricSnapshot& metric, Visit visit) {
  const auto number = [](double n) {
    std::string text;
    detail::append_number(text, n);
    return text;
  };
  const bool is_gauge = family.type == MetricType::GaugeHistogram;
  switch (family.type) {
    case MetricType::Histogram:
    case MetricType::GaugeHistogram: {
      const std::uint64_t count = detail::count_of(metric);
      detail::for_each_bucket(metric, count, [&](double, double upper, std::uint64_t cumulative) {
        visit(detail::suffix::kBucket, Label{std::string{detail::kBucketLabel}, number(upper)},
              static_cast<double>(cumulative));
      });
      visit(is_gauge ? detail::suffix::kGaugeSum : detail::suffix::kSum, Label{}, metric.sum);
      visit(is_gauge ? detail::suffix::kGaugeCount : detail::suffix::kCount, Label{}, static_cast<double>(count));
      break;
    }
    case MetricType::Summary:
      for (const auto& [quantile, value] : metric.quantiles)
        visit("", Label{std::string{detail::kQuantileLabel}, number(quantile)}, value);
      visit(detail::suffix::kSum, Label{}, metric.sum);
      visit(detail::suffix::kCount, Label{}, static_cast<double>(metric.count));
      break;
    case MetricType::StateSet:
      for (const auto& state : metric.states) visit("", Label{family.name, state.name}, state.enabled ? 1.0 : 0.0);
      break;
    case MetricType::Info:
      visit("", Label{}, 1.0);
      break;
    default:
      visit("", Label{}, metric.value);
  }
}

bool is_number(std::string_view text, double& number) noexcept {
  if (text == "+Inf") text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool are_equal(std::string_view name, std::string_view a, std::string_view b) noexcept {
  if (a == b) return true;
  double x = 0;
  double y = 0;
  return (name == detail::kBucketLabel || name == detail::kQuantileLabel) && is_number(a, x) && is_number(b, y) &&
         x == y;  // "1" and "1.0"
}

// Whether the labels, with the one that the type adds, are those that are wanted. The first labels, which are constant,
// need not be among these.
bool match(const MetricSnapshot& metric, std::size_t constant, const Label& added, std::span<const LabelPair> wanted) {
  std::size_t found = 0;
  const auto has = [&](const Label& label) {
    const auto same = [&](const LabelPair& pair) {
      return pair.name == label.name && are_equal(pair.name, pair.value, label.value);
    };
    const bool is_wanted = std::any_of(wanted.begin(), wanted.end(), same);
    found += is_wanted ? 1 : 0;
    return is_wanted;
  };
  for (std::size_t i = 0; i < metric.labels.size(); ++i) {
    if (!has(metric.labels[i]) && i >= constant) return false;
  }
  return (added.name.empty() || has(added)) && found == wanted.size();
}

std::optional<double> find(const Registry& registry, std::string_view sample, std::span<const LabelPair> labels) {
  std::optional<double> result;
  const std::size_t constant = detail::Access::state(registry).root().labels.size();
  for (const FamilySnapshot& family : registry.snapshot()) {
    if (!sample.starts_with(family.name)) continue;
    const std::string_view wanted = sample.substr(family.name.size());
    for (const MetricSnapshot& metric : family.metrics) {
      for_each_sample(family, metric, [&](std::string_view suffix, const Label& added, double value) {
        if (!result && suffix == wanted && match(metric, constant, added, labels)) result = value;
      });
    }
  }
  return result;
}

}  // namespace

std::optional<double> value(const Registry& registry, std::string_view sample,
                            std::initializer_list<LabelPair> labels) {
  return find(registry, sample, {labels.begin(), labels.size()});
}

Delta::Delta(const Registry& registry, std::string_view sample, std::initializer_list<LabelPair> labels)
    : registry_{registry}, sample_{sample} {
  for (const auto& [name, text] : labels) labels_.push_back({std::string{name}, std::string{text}});
  before_ = now();
}

double Delta::now() const {
  std::vector<LabelPair> labels;
  for (const auto& [name, text] : labels_) labels.push_back({name, text});
  return find(registry_, sample_, labels).value_or(0);
}

double Delta::value() const { return now() - before_; }

std::string compare(const Registry& registry, std::string_view expected,
                    std::initializer_list<detail::ListedName> families) {
  auto snapshot = registry.snapshot();
  std::erase_if(snapshot, [&](const FamilySnapshot& family) {
    return families.size() > 0 &&
           std::none_of(families.begin(), families.end(), [&](std::string_view name) { return name == family.name; });
  });
  std::string actual;
  expose(snapshot, {}, actual);
  return detail::line_diff(expected, actual);
}

}  // namespace vitals::testing
