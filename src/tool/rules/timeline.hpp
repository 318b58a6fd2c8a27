#pragma once
#include <chrono>
#include <cstddef>
#include <string>

namespace vitals::tool {

/// The values of a series of a unit test, one for each step, as promtool reads them: "0+60x20 1200x9".
class Timeline {
 public:
  /// `step`: the time between two values.
  explicit Timeline(std::chrono::seconds step) : step_{step} {}

  /// The value, n times.
  Timeline& hold(double value, std::size_t n);
  /// A counter's, n times: each is larger than the one before by `per_second` times the step.
  Timeline& count(double per_second, std::size_t n);
  /// No scrape, n times: queries still find what was there within five minutes.
  Timeline& missing(std::size_t n);
  /// Scrapes that have it no more, n times.
  Timeline& gone(std::size_t n);

  [[nodiscard]] std::size_t steps() const noexcept { return steps_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  operator const std::string&() const noexcept { return text_; }  // NOLINT(google-explicit-constructor)

 private:
  Timeline& add(const std::string& text, std::size_t n);

  std::chrono::seconds step_;
  std::size_t steps_ = 0;
  double total_ = 0;
  std::string text_;
};

}  // namespace vitals::tool
