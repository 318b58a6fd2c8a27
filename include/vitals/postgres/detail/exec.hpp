#pragma once

#include <concepts>
#include <cstddef>
#include <pqxx/pqxx>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vitals/postgres/detail/call.hpp>
#include <vitals/postgres/detail/stream.hpp>

namespace vitals::detail {

/// Whether a text is SQL. libpqxx 7.10 has a type for the names of prepared statements, which is a string too.
template <class Sql>
constexpr PgText text_kind() noexcept {
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
  if (std::derived_from<std::remove_cvref_t<Sql>, pqxx::prepped>) return PgText::Prepared;
#endif
  return PgText::Sql;
}

/// The text of what libpqxx takes as SQL: strings, and with version 6 string streams.
template <class Sql>
std::string_view text_of(const Sql& sql) {
  if constexpr (std::convertible_to<const Sql&, std::string_view>) {
    return sql;
  } else {
    return sql.view();
  }
}

// libpqxx deprecates some of these names from 7.10 on; whether to use them is for the caller to decide.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/// The members of a transaction that execute statements, recorded. Arguments, results and exceptions are libpqxx's own.
// All are templates, so that a member that the installed libpqxx lacks is no error unless it is called.
template <class Tx>
class PgExec {
 public:
  template <class Sql, class... Args>
  decltype(auto) exec(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->exec(sql, std::forward<Args>(args)...); });
  }
  template <class Sql, class... Args>
  decltype(auto) exec0(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->exec0(sql, std::forward<Args>(args)...); });
  }
  template <class Sql, class... Args>
  decltype(auto) exec1(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->exec1(sql, std::forward<Args>(args)...); });
  }
  template <class Rows, class Sql, class... Args>
  decltype(auto) exec_n(Rows rows, Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->exec_n(rows, sql, std::forward<Args>(args)...); });
  }

  template <class Sql, class... Args>
  decltype(auto) exec_params(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->exec_params(sql, std::forward<Args>(args)...); });
  }
  template <class Sql, class... Args>
  decltype(auto) exec_params0(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->exec_params0(sql, std::forward<Args>(args)...); });
  }
  template <class Sql, class... Args>
  decltype(auto) exec_params1(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->exec_params1(sql, std::forward<Args>(args)...); });
  }
  template <class Rows, class Sql, class... Args>
  decltype(auto) exec_params_n(Rows rows, Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->exec_params_n(rows, sql, std::forward<Args>(args)...); });
  }

  template <class Name, class... Args>
  decltype(auto) exec_prepared(Name&& name, Args&&... args) {
    return on_prepared(name, [&]() -> decltype(auto) { return tx_->exec_prepared(name, std::forward<Args>(args)...); });
  }
  template <class Name, class... Args>
  decltype(auto) exec_prepared0(Name&& name, Args&&... args) {
    return on_prepared(name,
                       [&]() -> decltype(auto) { return tx_->exec_prepared0(name, std::forward<Args>(args)...); });
  }
  template <class Name, class... Args>
  decltype(auto) exec_prepared1(Name&& name, Args&&... args) {
    return on_prepared(name,
                       [&]() -> decltype(auto) { return tx_->exec_prepared1(name, std::forward<Args>(args)...); });
  }
  template <class Rows, class Name, class... Args>
  decltype(auto) exec_prepared_n(Rows rows, Name&& name, Args&&... args) {
    return on_prepared(
        name, [&]() -> decltype(auto) { return tx_->exec_prepared_n(rows, name, std::forward<Args>(args)...); });
  }

  template <class... T, class Sql, class... Args>
  decltype(auto) query(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->template query<T...>(sql, std::forward<Args>(args)...); });
  }
  template <class... T, class Sql, class... Args>
  decltype(auto) query1(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->template query1<T...>(sql, std::forward<Args>(args)...); });
  }
  template <class... T, class Sql, class... Args>
  decltype(auto) query01(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->template query01<T...>(sql, std::forward<Args>(args)...); });
  }
  template <class T, class Sql, class... Args>
  decltype(auto) query_value(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->template query_value<T>(sql, std::forward<Args>(args)...); });
  }
  template <class... T, class Rows, class Sql, class... Args>
  requires(std::integral<Rows>) decltype(auto) query_n(Rows rows, Sql&& sql, Args&&... args) {
    return on(sql,
              [&]() -> decltype(auto) { return tx_->template query_n<T...>(rows, sql, std::forward<Args>(args)...); });
  }

  /// The time includes that of the callback, and so it does with a stream: up to the end of the loop.
  template <class Sql, class... Args>
  decltype(auto) for_query(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->for_query(sql, std::forward<Args>(args)...); });
  }
  template <class Sql, class... Args>
  decltype(auto) for_stream(Sql&& sql, Args&&... args) {
    return on(sql, [&]() -> decltype(auto) { return tx_->for_stream(sql, std::forward<Args>(args)...); });
  }
  template <class... T, class Sql, class... Args>
  [[nodiscard]] auto stream(Sql&& sql, Args&&... args) {
    const auto make = [&] { return tx_->template stream<T...>(sql, std::forward<Args>(args)...); };
    return PgStream<decltype(make())>{*metrics_, &span_, text_of(sql), make};
  }

  /// The transaction itself, for all the rest of its interface; what is called on it is not recorded.
  [[nodiscard]] Tx& base() const noexcept { return *tx_; }
  [[nodiscard]] Tx* operator->() const noexcept { return tx_; }
  /// For functions that take libpqxx's own transactions.
  operator Tx&() const noexcept { return *tx_; }  // NOLINT(google-explicit-constructor)

 protected:
  /// `tx` may point to where a transaction will be constructed; watch() is to be called when it is.
  PgExec(PgMetrics& metrics, Tx* tx) noexcept : metrics_{&metrics}, tx_{tx} {}
  void watch() noexcept { span_.connection = &tx_->conn(); }

  template <class Sql, class Function>
  decltype(auto) on(const Sql& sql, Function&& fn) {
    return record(*metrics_, &span_, text_kind<Sql>(), text_of(sql), fn);
  }
  template <class Name, class Function>
  decltype(auto) on_prepared(const Name& name, Function&& fn) {
    return record(*metrics_, &span_, PgText::Prepared, text_of(name), fn);
  }

  PgMetrics* metrics_;
  Tx* tx_;
  PgSpan span_;
};

#pragma GCC diagnostic pop

}  // namespace vitals::detail
