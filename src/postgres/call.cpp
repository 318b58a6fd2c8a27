#include <algorithm>
#include <array>
#include <cstring>
#include <pqxx/pqxx>
#include <string>

#include <vitals/postgres/detail/call.hpp>
#include <vitals/postgres/detail/transaction_clock.hpp>

namespace vitals::detail {

namespace {

// The classes and codes worth a series of their own; see
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

// The server closes the connection after these, or it is gone already.
bool breaks_connection(const PgError& error) noexcept {
  const std::string_view sqlstate{error.sqlstate.data()};
  return error.type == "08" || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03";
}

}  // namespace

// The derived types come first: libpqxx 6 has no SQLSTATE for them, so the type is all there is.
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

void PgCall::fail() noexcept {
  error_ = describe_current_exception();
  if (span_ != nullptr && breaks_connection(error_)) span_->is_broken = true;
}

PgOutcome commit_outcome_of_current_exception() noexcept {
  return describe_current_exception().type == "in_doubt" ? PgOutcome::kInDoubt : PgOutcome::kError;
}

}  // namespace vitals::detail
