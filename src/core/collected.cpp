#include "core/collected.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "core/escaping.hpp"
#include "core/names.hpp"
#include "core/text_format.hpp"

namespace vitals::detail {

namespace {

// As rendered: values that differ only in invalid UTF-8 look alike there.
bool have_distinct_labels(const std::vector<MetricSnapshot>& metrics) {
  if (metrics.size() < 2) return true;
  std::set<std::string> seen;
  return std::all_of(metrics.begin(), metrics.end(), [&](const MetricSnapshot& metric) {
    std::vector<std::string> labels;
    for (const auto& label : metric.labels) append_label(labels.emplace_back(), label.name, to_valid_utf8(label.value));
    std::sort(labels.begin(), labels.end());
    std::string key;
    for (const auto& label : labels) key.append(label).append(1, ',');
    return seen.insert(std::move(key)).second;
  });
}

bool are_valid(const std::vector<Label>& labels, std::string_view reserved, bool utf8_names) {
  for (auto label = labels.begin(); label != labels.end(); ++label) {
    const auto alike = [&](std::string_view name) {
      return label->name == name || (utf8_names && are_alike(label->name, name, NameKind::Label));
    };
    if (!valid_label_name(label->name, utf8_names)) return false;
    if (!reserved.empty() && are_alike(label->name, reserved, NameKind::Label)) return false;
    if (std::any_of(labels.begin(), label, [&](const Label& other) { return alike(other.name); })) return false;
  }
  return true;
}

}  // namespace

bool complete(FamilySnapshot& family, const std::vector<Label>& constant, bool utf8_names) {
  if (!valid_metric_name(family.name, utf8_names)) return false;
  const std::string_view reserved =
      family.type == MetricType::StateSet ? std::string_view{family.name} : reserved_label(family.type);
  for (auto& metric : family.metrics) {
    metric.labels.insert(metric.labels.begin(), constant.begin(), constant.end());
    if (!are_valid(metric.labels, reserved, utf8_names)) return false;
  }
  return have_distinct_labels(family.metrics);
}

}  // namespace vitals::detail
