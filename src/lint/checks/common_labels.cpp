#include "lint/checks/common_labels.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/lint/rules.hpp"

namespace vitals::detail {

void CommonLabels::add(const std::vector<Label>& labels) {
  if (none()) return;
  ++series_;
  std::vector<std::pair<std::string, std::string>> kept;
  for (const auto& [name, value] : labels) {
    if (value.empty()) continue;  // the same as no label
    std::pair<std::string, std::string> label{name, value};
    if (!labels_ || std::binary_search(labels_->begin(), labels_->end(), label)) kept.push_back(std::move(label));
  }
  std::sort(kept.begin(), kept.end());  // a name may come twice
  labels_ = std::move(kept);
}

void CommonLabels::report(LintReport& report, LintPosition at) const {
  if (!labels_ || families_ < 2 || series_ < kEnoughSeries) return;
  for (const auto& [name, value] : *labels_) {
    report.add(at, "", LintRule::ConstantLabel,
               "every series has the label " + in_quotes(name) + " with the value " + in_quotes(value) +
                   "; use a target label or an info metric");
  }
}

}  // namespace vitals::detail
