#include "core/text/label_rules.hpp"

#include <algorithm>
#include <string>

#include "core/text/escaping.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/refuse.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

void check_label_names(std::string_view metric, std::span<const std::string_view> names, std::string_view reserved,
                       bool utf8) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    const std::string label = "label \"" + to_valid_utf8(*name) + "\": ";
    if (utf8 && (name->empty() || !is_valid_utf8(*name)))
      refuse(metric, label + "a label name must be UTF-8 text that is not empty; give it a name");
    if (!utf8 && !is_legacy_name(*name, NameKind::Label))
      refuse(metric, label + "a label name must match [a-zA-Z_][a-zA-Z0-9_]*; use \"" +
                         nearest_legacy_name(*name, NameKind::Label) + "\"");
    if (is_reserved_label(*name))
      refuse(metric, label + "names that start with \"__\" are reserved for Prometheus; drop the underscores");
    if (utf8 && are_alike(*name, kMetricName, NameKind::Label))
      refuse(metric, label + "the name becomes __name__ where names are escaped; rename the label");
    const auto is = [&](std::string_view other) { return are_alike(*name, other, NameKind::Label); };
    if (is(kBucketLabel))
      refuse(metric, label + "the name is reserved for the buckets of histograms; rename the label");
    if (is(kQuantileLabel))
      refuse(metric, label + "the name is reserved for the quantiles of summaries; rename the label");
    if (!reserved.empty() && is(reserved))
      refuse(metric, label + "the name is reserved for the states, it is the metric's; rename the label");
    if (std::find(names.begin(), name, *name) != name)
      refuse(metric, label + "declared twice; label names must differ");
    const auto alike = [name](std::string_view other) { return are_alike(*name, other, NameKind::Label); };
    if (const auto other = utf8 ? std::find_if(names.begin(), name, alike) : name; other != name)
      refuse(metric, label + "is written as \"" + std::string{*other} + "\" is where names are escaped; rename one");
  }
}

bool is_plain_label(std::string_view name) noexcept {
  return is_legacy_name(name, NameKind::Label) && !is_reserved_label(name) && name != kBucketLabel &&
         name != kQuantileLabel && name != kOverflowLabel;
}

}  // namespace vitals::detail
