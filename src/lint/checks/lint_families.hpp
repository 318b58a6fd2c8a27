#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <vitals/lint.hpp>
#include <vitals/snapshot.hpp>

#include "core/lint/lint_report.hpp"
#include "lint/checks/fingerprint.hpp"
#include "lint/line/exposition_line.hpp"

namespace vitals::detail {

/// What the lines so far say of a family. Its views are of the text.
struct LintFamily {
  std::string name;
  LintPosition first{};  ///< its first line
  std::optional<MetricType> type{};
  std::optional<std::string_view> help{};
  std::optional<std::string_view> unit{};
  LintPosition type_at{};
  LintPosition unit_at{};
  bool samples = false;
  bool interleaved = false;
  bool damaged = false;                              ///< one of its lines can't be read, and may have what is missing
  bool unknown_type = false;                         ///< its TYPE has none of the words: samples may have any suffix
  std::set<std::string, std::less<>> label_names{};  ///< of its samples
  std::vector<double> bounds{};                      ///< of its first histogram

  [[nodiscard]] MetricType kind() const noexcept { return type.value_or(MetricType::Untyped); }
};

/// What the names of samples of the type have after the family's.
[[nodiscard]] std::span<const std::string_view> sample_suffixes(MetricType type, LintFormat format) noexcept;

/// Finds the family of each line, and reports lines that are out of order and families whose names clash.
class LintFamilies {
 public:
  LintFamilies(LintReport& report, LintFormat format) : report_{report}, format_{format} {}

  /// The family of a HELP, TYPE or UNIT line; keeps what the line says. nullptr: there are too many families.
  LintFamily* of_metadata(const ExpositionLine& line, std::size_t number);
  /// The family of a sample's line. nullptr: there are too many families.
  LintFamily* of_sample(const ExpositionLine& line, std::size_t number);
  /// Adds the family of a protobuf message. False: there are too many families.
  bool declare(std::string_view name, MetricType type, LintPosition at);
  /// Whether it is a gauge histogram as Python's client and vitals write one in text, which has none: a histogram of
  /// buckets alone, and two gauges. REQUIRES: all lines are known.
  [[nodiscard]] bool has_gauge_totals(const LintFamily& family) const;
  /// The family of the last call.
  [[nodiscard]] LintFamily* current() noexcept { return current_ == kNone ? nullptr : &families_[current_]; }
  [[nodiscard]] const std::deque<LintFamily>& all() const noexcept { return families_; }

 private:
  using Index = std::size_t;
  using Claims = std::unordered_map<Fingerprint, Index, FingerprintHash>;
  static constexpr Index kNone = static_cast<Index>(-1);

  LintFamily* open(std::string_view name, LintPosition at);
  LintFamily* go_to(Index index, LintPosition at);
  void check_place(const LintFamily& family, const ExpositionLine& line, LintPosition at);
  std::string_view word_of(const ExpositionLine& line, LintPosition at);
  void set_type(LintFamily& family, const ExpositionLine& line, LintPosition at);
  void claim(Claims& claims, const std::string& name, LintPosition at, bool strict);
  void claim_type(MetricType type, LintPosition at);
  void claim_any_suffix();
  [[nodiscard]] bool has_gauge(const std::string& name) const;
  [[nodiscard]] Index owner(std::string_view name) const;
  void warn_of_total(std::string_view name);

  LintReport& report_;
  LintFormat format_;
  std::deque<LintFamily> families_;  // stable addresses
  Index current_ = kNone;
  Claims claims_;             // which family has a name, its own or that of its samples
  Claims openmetrics_names_;  // outside OpenMetrics: which family would have a name there
};

}  // namespace vitals::detail
