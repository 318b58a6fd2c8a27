#pragma once

#include <concepts>
#include <pqxx/pqxx>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vitals/postgres/detail/exec.hpp>
#include <vitals/postgres/detail/transaction_clock.hpp>
#include <vitals/postgres/metrics.hpp>

namespace vitals {

/// A transaction of libpqxx whose statements are recorded, BEGIN, COMMIT and ROLLBACK among them, and itself as a
/// whole. Used like the Tx that it holds: it has all of libpqxx's members that execute statements (exec, exec_params,
/// exec_prepared, query, stream and so on, as far as the installed version has them), with the same arguments, results
/// and exceptions; it converts to Tx&, and -> reaches everything else. What is called through those is not recorded,
/// but a commit() through Tx& still makes the whole a commit. A commit() of a transaction that the server has aborted,
/// since one of its statements failed, is a rollback: the server rolls back, and libpqxx returns or throws as it likes.
///
///   vitals::PgTransaction tx{pg, connection};      // a pqxx::work; further arguments are those of its constructor
///   tx.exec("UPDATE users SET seen = now()");
///   tx.commit();                                   // otherwise its end rolls back
///
/// For one thread at a time, as is a connection. Cost: see PgMetrics; a transaction adds four calls of the clock.
/// Lifetime: must not outlive the connection or the metrics.
/// A pqxx::subtransaction is recorded as SAVEPOINT, RELEASE and ROLLBACK; a pqxx::nontransaction by its statements
/// only.
template <class Tx = pqxx::work>
class PgTransaction : public detail::PgExec<Tx> {
  static constexpr bool kIsNone = std::derived_from<Tx, pqxx::nontransaction>;
  static constexpr bool kIsSub = std::derived_from<Tx, pqxx::subtransaction>;

 public:
  /// Begins the transaction. The connection may be a PgPool::Lease.
  template <class Connection, class... Args>
  requires std::constructible_from<Tx, Connection&, Args...>
  explicit PgTransaction(PgMetrics& metrics, Connection& connection, Args&&... args)
      : detail::PgExec<Tx>{metrics, &transaction_},
        clock_{metrics},
        transaction_{
            control(kIsSub ? "SAVEPOINT" : "BEGIN", [&] { return Tx(connection, std::forward<Args>(args)...); })} {
    this->watch();
  }
  PgTransaction(const PgTransaction&) = delete;
  PgTransaction& operator=(const PgTransaction&) = delete;

  /// Rolls back unless the transaction has ended. Throws nothing.
  ~PgTransaction() {
    if (kIsNone || clock_.is_finished()) return;
    try {
      abort();
    } catch (const pqxx::usage_error&) {  // libpqxx says by it that commit() was called through Tx&
      finish(this->span_.is_failed ? detail::PgOutcome::Rollback : detail::PgOutcome::Commit);
    } catch (...) {  // as libpqxx's own destructors do
      finish(detail::PgOutcome::Error);
    }
  }

  void commit() {
    if (clock_.is_finished()) return transaction_.commit();
    const bool aborted = detail::is_aborted(this->span_);
    try {
      control(kIsSub ? "RELEASE" : "COMMIT", [this] { transaction_.commit(); });
    } catch (...) {
      finish(aborted ? rollback_outcome() : detail::commit_outcome_of_current_exception());
      throw;
    }
    finish(aborted ? detail::PgOutcome::Rollback : detail::PgOutcome::Commit);
  }

  void abort() {
    if (clock_.is_finished()) return transaction_.abort();
    if (this->span_.is_broken) {  // a rollback would not be sent
      transaction_.abort();
      return finish(detail::PgOutcome::Error);
    }
    control("ROLLBACK", [this] { transaction_.abort(); });
    finish(rollback_outcome());
  }

 private:
  // libpqxx swallows the errors of a rollback.
  detail::PgOutcome rollback_outcome() const noexcept {
    const bool lost = this->span_.is_broken || !transaction_.conn().is_open();
    return lost ? detail::PgOutcome::Error : detail::PgOutcome::Rollback;
  }

  template <class Function>
  decltype(auto) control(std::string_view verb, Function&& fn) {
    if constexpr (kIsNone) {
      return fn();
    } else {
      detail::PgCall call{*this->metrics_, &this->span_, detail::PgText::Sql, verb};
      try {
        return fn();
      } catch (const pqxx::usage_error&) {
        call.discard();
        throw;
      } catch (...) {
        call.fail();
        throw;
      }
    }
  }

  void finish(detail::PgOutcome outcome) noexcept {
    if constexpr (!kIsNone && !kIsSub) {
      clock_.finish(outcome, this->span_);
    } else {
      clock_.discard();
    }
  }

  detail::PgTransactionClock clock_;
  Tx transaction_;
};

}  // namespace vitals
