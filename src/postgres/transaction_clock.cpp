#include <algorithm>

#include <vitals/postgres/detail/transaction_clock.hpp>

#include "postgres/recorder.hpp"

namespace vitals::detail {

PgOutcome commit_outcome_of_current_exception() noexcept {
  return describe_current_exception().type == "in_doubt" ? PgOutcome::InDoubt : PgOutcome::Error;
}

void PgTransactionClock::finish(PgOutcome outcome, const PgSpan& span) noexcept {
  if (is_finished_) return;
  is_finished_ = true;
  const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start_;
  recorder_.record(outcome, elapsed, std::max(elapsed - span.busy, std::chrono::nanoseconds{0}));
}

}  // namespace vitals::detail
