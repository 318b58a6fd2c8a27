#pragma once

#include <string_view>

#include <vitals/postgres/detail/exec.hpp>
#include <vitals/postgres/metrics.hpp>

namespace vitals {

/// A transaction of libpqxx, any of its types, whose exec… members are recorded: timed(pg, tx).
/// For one thread at a time, as is a transaction. Must not outlive transaction or metrics.
/// Members: those of PgTransaction but commit() and abort().
template <class Tx>
class PgView : public detail::PgExec<Tx> {
 public:
  PgView(PgMetrics& metrics, Tx& tx) noexcept : detail::PgExec<Tx>{metrics, &tx} { this->watch(); }
};

/// A view of the transaction that records what is executed through it; not the transaction's own BEGIN and COMMIT.
template <class Tx>
[[nodiscard]] PgView<Tx> timed(PgMetrics& metrics, Tx& tx) noexcept {
  return {metrics, tx};
}

/// Calls fn() and records it as a run of this SQL; returns or throws what fn does. For calls that no wrapper knows.
template <class Function>
decltype(auto) timed(PgMetrics& metrics, std::string_view sql, Function&& fn) {
  return detail::record(metrics, nullptr, detail::PgText::Sql, sql, fn);
}

}  // namespace vitals
