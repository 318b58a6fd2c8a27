#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <vitals/lint.hpp>

#include "core/lint/lint_report.hpp"
#include "core/text/metric_types.hpp"
#include "lint/checks/common_labels.hpp"
#include "lint/checks/fingerprint.hpp"
#include "lint/checks/lint_context.hpp"
#include "lint/checks/lint_families.hpp"
#include "lint/checks/value_checks.hpp"
#include "lint/line/exposition_line.hpp"

namespace vitals::detail {

/// Checks the samples of text expositions: their labels, values, times and exemplars, each alone, with those of their
/// metric, and with all others.
class SeriesLinter {
 public:
  SeriesLinter(LintReport& report, LintFormat format) : report_{report}, format_{format} {}

  /// Checks a sample. `series` is the line up to the value. REQUIRES: end() was called if the last family was another.
  void sample(LintFamily& family, const ExpositionLine& line, std::size_t number, std::string_view series);
  /// No sample of this family will follow.
  void end(LintFamily& family);
  /// Checks the declaration of a family. REQUIRES: all lines were read.
  void judge(const LintFamily& family);
  /// No sample will follow. REQUIRES: end() was called of the last family.
  void finish(const LintFamilies& families);

 private:
  struct Series {
    Fingerprint id;
    std::size_t line;
    std::string_view text;

    friend auto operator<=>(const Series& a, const Series& b) {
      return std::tie(a.id, a.line) <=> std::tie(b.id, b.line);
    }
  };
  /// The line of a sample with what was found out about it.
  struct Sample {
    LintFamily& family;
    const ExpositionLine& line;
    LintContext context;
    std::size_t number;
    std::string_view suffix;
    std::string_view own_label;  ///< that tells apart the samples of one metric: le, quantile, the state
    const LineLabel* own = nullptr;

    [[nodiscard]] bool of_histogram() const noexcept { return is_histogram(family.kind()); }
    [[nodiscard]] LintPosition at(std::size_t column) const { return {number, column}; }
    [[nodiscard]] LintPosition value_at() const { return {number, line.value.column}; }
  };
  struct Missing {
    const LintFamily* family;
    LintPosition at;
    MissingParts parts;
  };
  struct Disorder {
    const LintFamily* family;
    LintPosition at;
    double bound;
    double before;
  };
  using Points = std::unordered_map<Fingerprint, HistogramPoint, FingerprintHash>;

  void check_labels(Sample& sample);
  void check_stray_label(Sample& sample);
  void check_label_names(const Sample& sample);
  void remember(const Sample& sample, std::string_view series);
  void group(const Sample& sample);
  void check_time(const Sample& sample, bool same_group);
  void check_time_unit(const Sample& sample, const LineNumber& time);
  void check_value(const Sample& sample);
  void check_histogram_value(const Sample& sample);
  void check_bucket(const Sample& sample);
  void check_summary_value(const Sample& sample);
  void check_state(const Sample& sample);
  void check_exemplar(const Sample& sample);
  std::optional<double> own_number(const Sample& sample);
  void unexpected(const Sample& sample);
  void add_common(std::string_view own_label);
  void report_missing(const LintFamilies& families);

  LintReport& report_;
  LintFormat format_;
  std::string key_;
  std::vector<const LineLabel*> sorted_;  // the labels of this line by name

  // Of the current family.
  Points points_;
  std::unordered_map<Fingerprint, std::size_t, FingerprintHash> groups_;  // with the line of the first sample
  Fingerprint group_{};
  Fingerprint point_{};
  bool any_group_ = false;
  std::optional<LineNumber> time_{};  // of the last sample
  std::optional<std::string> first_names_{};
  bool odd_names_ = false;
  bool timed_ = false;
  bool odd_numbers_ = false;

  // Of all families.
  std::vector<Series> series_;
  std::vector<Missing> missing_;
  std::vector<Disorder> disorder_;
  CommonLabels common_;
};

}  // namespace vitals::detail
