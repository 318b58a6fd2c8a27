#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/detail/label_name.hpp>
#include <vitals/label_pair.hpp>
#include <vitals/snapshot.hpp>

namespace vitals {
class Registry;
}

// For the unit tests of programs that use vitals, in whatever framework. A guide: docs/testing.md.
namespace vitals::testing {

/// The value of the sample of that name and those labels, as a scrape would show it now; empty if there is none.
/// Names are those of lines: "a_total", "b_count", "b_sum", "b_bucket" with the label "le", summaries with "quantile",
/// state sets with the label that is called like them. Labels are all that the series has, in any order; constant
/// labels of the registry may be left out. Takes time in proportion to all series.
[[nodiscard]] std::optional<double> value(const Registry& registry, std::string_view sample,
                                          std::initializer_list<LabelPair> labels = {});

/// What was added to a sample since the construction of this; so tests need not reset a registry that they share.
/// For one thread at a time. REQUIRES: the registry lives longer.
class Delta {
 public:
  Delta(const Registry& registry, std::string_view sample, std::initializer_list<LabelPair> labels = {});

  /// A sample that does not exist counts as 0.
  [[nodiscard]] double value() const;

 private:
  [[nodiscard]] double now() const;

  const Registry& registry_;
  std::string sample_;
  std::vector<Label> labels_;
  double before_;
};

/// Compares the registry's text (format 0.0.4) with the expected one, HELP, TYPE and the order of lines included: empty
/// if they are equal, else the lines that differ, `-` before those that were expected, `+` before those that are there.
/// Blank lines and blanks around lines of `expected` don't count. With `families`, only those of these names
/// ("a_total") are looked at; a name that no family has adds nothing.
[[nodiscard]] std::string compare(const Registry& registry, std::string_view expected,
                                  std::initializer_list<detail::ListedName> families = {});

/// A clock that stands still until it is told to go on: RegistryOptions::clock. Timers don't go by it (see Clock).
/// Thread-safe.
class FakeClock final : public Clock {
 public:
  /// Starts at 2001-09-09 01:46:40 UTC unless it is told another time.
  explicit FakeClock(std::int64_t unix_nanos = 1'000'000'000'000'000'000) noexcept : unix_nanos_{unix_nanos} {}

  void advance(std::chrono::nanoseconds time) noexcept { passed_.fetch_add(time.count(), std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t unix_nanos() const noexcept override { return unix_nanos_ + steady_nanos(); }
  [[nodiscard]] std::int64_t steady_nanos() const noexcept override { return passed_.load(std::memory_order_relaxed); }

 private:
  const std::int64_t unix_nanos_;
  std::atomic<std::int64_t> passed_{0};  // relaxed: publishes nothing else
};

}  // namespace vitals::testing
