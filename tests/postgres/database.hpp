#pragma once

#include <cstdlib>
#include <pqxx/pqxx>
#include <string>

#include <gtest/gtest.h>

#include <vitals/postgres.hpp>
#include <vitals/vitals.hpp>

// A test that talks to the PostgreSQL of VITALS_TEST_POSTGRES, with a registry and metrics of its own.
class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("VITALS_TEST_POSTGRES") == nullptr) {
      GTEST_SKIP() << "VITALS_TEST_POSTGRES is not set; tests/run.sh starts a PostgreSQL and sets it";
    }
  }

  static std::string dsn() { return std::getenv("VITALS_TEST_POSTGRES"); }

  // Whether this line is exposed.
  [[nodiscard]] bool exposes(const std::string& line) const {
    return ("\n" + text()).find("\n" + line + "\n") != std::string::npos;
  }
  [[nodiscard]] std::string text() const { return vitals::to_text(registry); }
  // Statements that were recorded.
  [[nodiscard]] bool counted(const std::string& query_type, const std::string& table, int n) const {
    return exposes("db_query_duration_seconds_count{query_type=\"" + query_type + "\",table=\"" + table + "\"} " +
                   std::to_string(n));
  }
  [[nodiscard]] bool failed(const std::string& query_type, const std::string& table,
                            const std::string& error_type) const {
    return exposes("db_query_errors_total{query_type=\"" + query_type + "\",table=\"" + table + "\",error_type=\"" +
                   error_type + "\"} 1");
  }

  vitals::Registry registry;
};
