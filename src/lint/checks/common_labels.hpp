#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/lint/lint_report.hpp"

namespace vitals::detail {

/// Finds the labels that are the same on every series.
class CommonLabels {
 public:
  using Label = std::pair<std::string_view, std::string_view>;

  /// The labels of a series by name, without the one that its type writes.
  void add(const std::vector<Label>& labels);
  /// The series of a family were added.
  void end_family() { ++families_; }
  /// All were. One family alone may have its reasons.
  void report(LintReport& report, LintPosition at) const;
  /// There is none: what is added changes nothing.
  [[nodiscard]] bool none() const noexcept { return labels_ && labels_->empty(); }

 private:
  std::optional<std::vector<std::pair<std::string, std::string>>> labels_{};
  std::size_t families_ = 0;
};

}  // namespace vitals::detail
