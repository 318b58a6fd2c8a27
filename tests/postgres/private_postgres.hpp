#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

#include <sys/types.h>

// A PostgreSQL of one test, which it may kill and start again, by tests/support/servers.sh. Its shell reads commands
// from a pipe, so that the server ends with the test, however that ends.
class PrivatePostgres {
 public:
  /// `options`: settings of the server, "-c NAME=VALUE".
  explicit PrivatePostgres(const std::string& options = {});
  PrivatePostgres(const PrivatePostgres&) = delete;
  PrivatePostgres& operator=(const PrivatePostgres&) = delete;
  ~PrivatePostgres();

  [[nodiscard]] const std::string& dsn() const noexcept { return dsn_; }
  void kill9() { command("kill9_postgres"); }
  void restart() { command("restart_postgres"); }

 private:
  std::string command(const std::string& line);
  std::string answer();

  pid_t shell_;
  std::FILE* to_;
  std::FILE* from_;
  std::string dsn_;
};
