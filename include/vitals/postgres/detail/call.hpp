#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vitals/gauge.hpp>
#include <vitals/postgres/metrics.hpp>

namespace vitals::detail {

struct PgSeries;

// What the text of a call is: SQL, or the name of a prepared statement.
enum class PgText : std::uint8_t { kSql, kPrepared };

// What became of an operation, as error_type and as SQLSTATE.
struct PgError {
  std::array<char, 6> sqlstate{};
  std::string_view type;
};

// Describes the exception that is being handled.
PgError describe_current_exception() noexcept;

// Shared by the calls of one transaction.
struct PgSpan {
  std::chrono::nanoseconds busy{0};  // in calls
  unsigned depth = 0;                // of calls under way: for_query() may run statements in its callback
  bool is_broken = false;            // the connection failed
};

// One statement under way; recorded when it dies. The text must live as long.
class PgCall {
 public:
  PgCall(PgMetrics& metrics, PgSpan* span, PgText kind, std::string_view text) noexcept;
  PgCall(const PgCall&) = delete;
  PgCall& operator=(const PgCall&) = delete;
  ~PgCall();

  void set_rows(std::size_t rows) noexcept { rows_ = rows; }
  // To be called while the exception is handled.
  void fail() noexcept;
  // It was none: nothing was sent.
  void discard() noexcept { is_discarded_ = true; }

 private:
  PgRecorder& recorder_;
  PgSpan* span_;
  std::string_view text_;
  PgText kind_;
  const PgSeries& series_;
  InProgress in_flight_;
  bool is_discarded_ = false;
  std::optional<std::size_t> rows_;
  PgError error_;
  std::chrono::steady_clock::time_point start_;
};

template <class T>
concept PgResult = !std::is_reference_v<T> && requires(const T& result) {
  result.columns();
  result.size();
  result.affected_rows();
};

// fn(), recorded; what it returns or throws passes through, also what can't be moved.
template <class Function>
decltype(auto) record(PgMetrics& metrics, PgSpan* span, PgText kind, std::string_view text, Function&& fn) {
  PgCall call{metrics, span, kind, text};
  try {
    if constexpr (PgResult<decltype(fn())>) {
      auto result = fn();
      call.set_rows(static_cast<std::size_t>(result.columns() > 0 ? result.size() : result.affected_rows()));
      return result;
    } else {
      return fn();
    }
  } catch (...) {
    call.fail();
    throw;
  }
}

}  // namespace vitals::detail
