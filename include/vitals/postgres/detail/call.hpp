#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vitals/postgres/metrics.hpp>

namespace vitals::detail {

struct PgSeries;

/// What the text of a call is: SQL, or the name of a prepared statement.
enum class PgText : std::uint8_t { Sql, Prepared };

/// What became of an operation.
struct PgError {
  std::array<char, 6> sqlstate{};  ///< ends with NUL; empty if there is none
  std::string_view type;           ///< the label error_type; empty: it succeeded
};

/// Describes the exception that is being handled.
PgError describe_current_exception() noexcept;

/// A connection of libpqxx, whatever its type is in the installed version.
using PgConnection = std::remove_reference_t<decltype(std::declval<pqxx::transaction_base&>().conn())>;

/// What the calls of one transaction share.
struct PgSpan {
  std::chrono::nanoseconds busy{0};          ///< time in calls
  unsigned depth = 0;                        ///< calls under way: for_query() may run statements in its callback
  bool is_broken = false;                    ///< the connection failed
  bool is_failed = false;                    ///< the server refused a statement, and has not carried out one since
  const PgConnection* connection = nullptr;  ///< null while the transaction begins
};

/// Whether the server has aborted the transaction, as it does when a statement fails: it answers COMMIT with ROLLBACK
/// then, which libpqxx takes for success. Asks libpq, which knows it; sends nothing.
bool is_aborted(const PgSpan& span) noexcept;

/// A statement under way, recorded when this dies. The text must live as long.
class PgCall {
 public:
  PgCall(PgMetrics& metrics, PgSpan* span, PgText kind, std::string_view text) noexcept;
  PgCall(const PgCall&) = delete;
  PgCall& operator=(const PgCall&) = delete;
  ~PgCall();

  void set_rows(std::size_t rows) noexcept { rows_ = rows; }
  /// The statement failed. To be called while its exception is handled.
  void fail() noexcept;
  /// Nothing was sent, so nothing is recorded.
  void discard() noexcept { is_discarded_ = true; }

 private:
  PgRecorder& recorder_;
  PgSpan* span_;
  std::string_view text_;
  PgText kind_;
  const PgSeries* series_;  // null: no memory for it
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

/// Calls fn() and records it. What it returns or throws passes through, even a result that can't be moved.
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
