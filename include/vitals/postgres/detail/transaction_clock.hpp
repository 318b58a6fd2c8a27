#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include <vitals/postgres/detail/call.hpp>

namespace vitals::detail {

/// How a transaction ended, and the label outcome of each.
enum class PgOutcome : std::uint8_t { Commit, Rollback, InDoubt, Error };
inline constexpr std::array<std::string_view, 4> kPgOutcomes = {"commit", "rollback", "in_doubt", "error"};

/// The outcome of a commit whose exception is being handled.
PgOutcome commit_outcome_of_current_exception() noexcept;

/// The time of a whole transaction. finish() records it, at most once, and not after discard().
class PgTransactionClock {
 public:
  explicit PgTransactionClock(PgMetrics& metrics) noexcept
      : recorder_{metrics.recorder()}, start_{std::chrono::steady_clock::now()} {}

  [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }
  void discard() noexcept { is_finished_ = true; }
  void finish(PgOutcome outcome, const PgSpan& span) noexcept;

 private:
  PgRecorder& recorder_;
  bool is_finished_ = false;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace vitals::detail
