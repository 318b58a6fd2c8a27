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

  /// So many series say that a label is constant; fewer may just not have met another value yet.
  static constexpr std::size_t kEnoughSeries = 10;

  /// Takes the labels of a series, sorted by name, without the one that its type writes.
  void add(const std::vector<Label>& labels);
  /// All series of a family were added.
  void end_family() { ++families_; }
  /// Warns of the labels, if there are enough series. REQUIRES: all were added. A single family may have the same label
  /// everywhere.
  void report(LintReport& report, LintPosition at) const;
  /// No label is left: more series change nothing.
  [[nodiscard]] bool none() const noexcept { return labels_ && labels_->empty(); }

 private:
  std::optional<std::vector<std::pair<std::string, std::string>>> labels_{};
  std::size_t families_ = 0;
  std::size_t series_ = 0;
};

}  // namespace vitals::detail
