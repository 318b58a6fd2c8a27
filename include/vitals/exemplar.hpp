#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>

#include <vitals/label_pair.hpp>

namespace vitals {

/// The labels of an exemplar, {{"trace_id", id}, {"span_id", span}}: a view, for the length of a call.
/// Names are label names, [a-zA-Z_][a-zA-Z0-9_]*, none twice or with "__" at its beginning; names and values together
/// at most 128 code points (OpenMetrics 1.0.0); bytes of values that are not UTF-8, and NUL, become U+FFFD. What breaks
/// this is recorded without its exemplar and counted in vitals_exemplars_dropped_total.
class ExemplarLabels {
 public:
  ExemplarLabels(std::initializer_list<LabelPair> labels) noexcept : labels_{labels.begin(), labels.size()} {}
  ExemplarLabels(std::span<const LabelPair> labels) noexcept : labels_{labels} {}

  [[nodiscard]] const LabelPair* begin() const noexcept { return labels_.data(); }
  [[nodiscard]] const LabelPair* end() const noexcept { return labels_.data() + labels_.size(); }

 private:
  std::span<const LabelPair> labels_;
};

/// The trace that a thread works for, in hexadecimal digits: 32 and 16, or fewer with a '\0' behind them. All zeros at
/// first.
struct TraceContext {
  char trace_id[32];
  char span_id[16];  ///< begins with '\0': not known
};

/// Where automatic exemplars get the trace from. A plain value.
struct TraceSource {
  /// Fills the trace of the calling thread. False: there is none, or it is not sampled. Called by threads that record,
  /// for each update for which an exemplar is due; must be fast, and safe wherever they record.
  bool (*current)(TraceContext& trace, void* context) noexcept = nullptr;
  void* context = nullptr;
};

}  // namespace vitals
