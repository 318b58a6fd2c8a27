#include "tool/load/progress.hpp"

#include <cstdio>

#include <fmt/core.h>
#include <unistd.h>

#include "tool/text/is_terminal.hpp"
#include "tool/text/units.hpp"

namespace vitals::tool {
Progress::Progress() : terminal_(is_terminal(STDERR_FILENO)) {}

void Progress::update(double seconds, std::uint64_t failed, const HistogramSnapshot& latency) {
  const auto answers = latency.count();
  const double rate = static_cast<double>(answers - answers_) / (seconds - seconds_);
  answers_ = answers;
  seconds_ = seconds;
  if (++updates_ % 5 != 0 && !terminal_) return;
  const auto p95 = answers > 0 ? format_seconds(latency.quantile(0.95)) : "-";
  fmt::print(stderr, "{}{:>4.0f} s{:>10} answered{:>8.0f}/s   p95 {}   {} failed{}", terminal_ ? "\r\x1b[K" : "",
             seconds, answers, rate, p95, failed, terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void Progress::finish() {
  if (terminal_ && updates_ > 0) fmt::print(stderr, "\n");
}

}  // namespace vitals::tool
