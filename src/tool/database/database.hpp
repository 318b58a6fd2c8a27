#pragma once
#include <chrono>
#include <stdexcept>
#include <string>

#include "tool/database/sample.hpp"

namespace vitals::tool {

/// The database can't be reached, or broke the connection off. what() has no part of a password.
class DatabaseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A PostgreSQL from 14 on, which is only read. Each sample() is a connection of its own.
class Database {
 public:
  /// `dsn`: a connection string or address of libpq. Throws std::invalid_argument, which repeats nothing of it, if it
  /// is none; and if vitals was built without PostgreSQL.
  Database(const std::string& dsn, std::chrono::milliseconds timeout);

  /// Bounded: by `timeout` for the connection (libpq takes whole seconds, at least 2, of each address that the host
  /// has), by as much again for all queries. Throws DatabaseError.
  [[nodiscard]] DatabaseSample sample() const;

  /// For messages: "PostgreSQL at 127.0.0.1".
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  std::string connection_;  ///< for libpq; has the password
  std::string where_;
  std::chrono::milliseconds timeout_;
};

}  // namespace vitals::tool
