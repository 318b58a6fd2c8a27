#include <algorithm>

#include <vitals/postgres/metrics.hpp>

#include "postgres/recorder.hpp"

namespace vitals {

PgMetrics::PgMetrics(Registry& registry, PgOptions options)
    : recorder_{std::make_unique<detail::PgRecorder>(registry, std::move(options))} {}

PgMetrics::~PgMetrics() = default;

void PgMetrics::remember_prepared(std::string_view name, std::string_view sql) {
  recorder_->remember_prepared(name, sql);
}

Registry& PgMetrics::registry() const noexcept { return recorder_->registry(); }

namespace detail {

PgCall::PgCall(PgMetrics& metrics, PgSpan* span, PgText kind, std::string_view text) noexcept
    : recorder_{metrics.recorder()},
      span_{span},
      text_{text},
      kind_{kind},
      series_{recorder_.series(kind, text)},
      in_flight_{recorder_.in_flight().track()},
      start_{std::chrono::steady_clock::now()} {
  if (span_ != nullptr) ++span_->depth;
}

PgCall::~PgCall() {
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  if (span_ != nullptr && --span_->depth == 0) span_->busy += elapsed;
  if (!is_discarded_) recorder_.record(series_, kind_, text_, elapsed, rows_, error_);
}

void PgTransactionClock::finish(PgOutcome outcome, const PgSpan& span) noexcept {
  if (is_finished_) return;
  is_finished_ = true;
  const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start_;
  recorder_.record(outcome, elapsed, std::max(elapsed - span.busy, std::chrono::nanoseconds{0}));
}

}  // namespace detail
}  // namespace vitals
