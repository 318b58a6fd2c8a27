#include <algorithm>
#include <cstring>
#include <pqxx/pqxx>

#include <vitals/postgres/detail/call.hpp>

#include "postgres/recorder.hpp"

namespace vitals::detail {

namespace {

// The classes and codes that have a series of their own; see
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
constexpr std::array<std::string_view, 13> kClasses = {"08", "22", "23", "25", "28", "40", "42",
                                                       "53", "54", "55", "57", "58", "XX"};
constexpr std::array<std::string_view, 5> kCodes = {"23505", "40001", "40P01", "55P03", "57014"};

PgError of_sqlstate(std::string_view sqlstate) noexcept {
  PgError error;
  error.type = "other";
  if (sqlstate.size() != 5) return error;
  std::memcpy(error.sqlstate.data(), sqlstate.data(), 5);
  if (const auto code = std::find(kCodes.begin(), kCodes.end(), sqlstate); code != kCodes.end()) {
    error.type = *code;
  } else if (const auto type = std::find(kClasses.begin(), kClasses.end(), sqlstate.substr(0, 2));
             type != kClasses.end()) {
    error.type = *type;
  }
  return error;
}

// Whether the error means that the connection is lost, or that the server closes it now.
bool breaks_connection(const PgError& error) noexcept {
  const std::string_view sqlstate{error.sqlstate.data()};
  return error.type == "08" || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03";
}

}  // namespace

// The derived types come first: libpqxx 6 gives no SQLSTATE for them, so only the type tells what happened.
PgError describe_current_exception() noexcept {
  try {
    throw;
  } catch (const pqxx::in_doubt_error&) {
    return {{}, "in_doubt"};
  } catch (const pqxx::unexpected_rows&) {
    return {{}, "rows"};
  } catch (const pqxx::too_many_connections&) {
    return of_sqlstate("53300");
  } catch (const pqxx::broken_connection&) {
    return of_sqlstate("08006");
  } catch (const pqxx::deadlock_detected&) {
    return of_sqlstate("40P01");
  } catch (const pqxx::serialization_failure&) {
    return of_sqlstate("40001");
  } catch (const pqxx::statement_completion_unknown&) {
    return of_sqlstate("40003");
  } catch (const pqxx::transaction_rollback&) {
    return of_sqlstate("40000");
  } catch (const pqxx::sql_error& error) {
    return of_sqlstate(error.sqlstate());
  } catch (const pqxx::failure&) {
    return {{}, "other"};
  } catch (...) {
    return {{}, "client"};
  }
}

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

void PgCall::fail() noexcept {
  error_ = describe_current_exception();
  if (span_ != nullptr && breaks_connection(error_)) span_->is_broken = true;
}

}  // namespace vitals::detail
