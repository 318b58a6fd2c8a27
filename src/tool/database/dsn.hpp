#pragma once
#include <chrono>
#include <string>

namespace vitals::tool {

struct Dsn {
  std::string connection;  ///< a connection string for libpq with the check's own settings; has the password
  std::string host;        ///< for messages; empty: libpq's default
};

/// Reads a connection string ("host=db user=app") or an address ("postgresql://app@db/clinic").
/// Throws std::invalid_argument for what libpq would misread, so that pieces of a password can't end up in fields that
/// libpq's messages show: host, port, database. The message repeats nothing of it.
Dsn parse_dsn(const std::string& text, std::chrono::milliseconds timeout);

}  // namespace vitals::tool
