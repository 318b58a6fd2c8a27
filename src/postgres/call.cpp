#include <algorithm>
#include <cstring>
#include <pqxx/pqxx>

#include <libpq-fe.h>

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

// libpqxx has no public way to a connection's libpq half. An explicit instantiation may name private members
// ([temp.spec]); this one has had its name from libpqxx 6 to 8.
template <auto Member>
struct RawConnection {
  friend PGconn* raw_connection(const PgConnection& connection) noexcept { return connection.*Member; }
};
PGconn* raw_connection(const PgConnection& connection) noexcept;
template struct RawConnection<&PgConnection::m_conn>;

// libpqxx throws this for a lost connection, and for an error reply of class 08 on one that lives. It keeps the
// SQLSTATE of neither, except that libpqxx 7.8 has a type for 08P01.
PgError of_broken_connection(const pqxx::broken_connection& error) noexcept {
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 8)
  if (dynamic_cast<const pqxx::protocol_violation*>(&error) != nullptr) return of_sqlstate("08P01");
#endif
  static_cast<void>(error);
  return {{}, "08"};
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
  } catch (const pqxx::broken_connection& error) {
    return of_broken_connection(error);
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

bool is_aborted(const PgSpan& span) noexcept {
  switch (PQtransactionStatus(raw_connection(*span.connection))) {
    case PQTRANS_INERROR:
      return true;
    case PQTRANS_IDLE:  // libpqxx 6 itself rolls back after an exec() that fails
      return span.is_failed;
    default:
      return false;
  }
}

PgCall::PgCall(PgMetrics& metrics, PgSpan* span, PgText kind, std::string_view text) noexcept
    : recorder_{metrics.recorder()}, span_{span}, text_{text}, kind_{kind}, series_{recorder_.series(kind, text)} {
  if (span_ != nullptr) ++span_->depth;
  recorder_.in_flight().started().inc();
  start_ = std::chrono::steady_clock::now();  // last: reading it waits for all that is under way in the CPU
}

PgCall::~PgCall() {
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  if (span_ != nullptr) {
    if (--span_->depth == 0) span_->busy += elapsed;
    if (error_.type.empty() && !is_discarded_) span_->is_failed = false;
  }
  if (!is_discarded_ && series_ != nullptr) recorder_.record(*series_, kind_, text_, elapsed, rows_, error_);
  recorder_.in_flight().finished().inc();
}

void PgCall::fail() noexcept {
  error_ = describe_current_exception();
  if (span_ == nullptr || span_->connection == nullptr) return;
  if (!span_->connection->is_open()) {
    span_->is_broken = true;
  } else if (error_.sqlstate[0] != '\0' || error_.type == "08") {
    span_->is_failed = true;
  }
}

}  // namespace vitals::detail
