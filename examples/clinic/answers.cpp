#include "answers.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <pqxx/pqxx>

#include <vitals/postgres.hpp>

#include "json_text.hpp"

namespace clinic {
namespace {

// At most one line a second: in an outage each request fails, and thousands of lines would hide the first one.
void log(const char* what, const char* why) {
  static std::atomic<std::int64_t> next_second{0};  // relaxed: it guards nothing but the choice of who prints
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(since_start).count();
  std::int64_t next = next_second.load(std::memory_order_relaxed);
  if (now < next || !next_second.compare_exchange_strong(next, now + 1, std::memory_order_relaxed)) return;
  std::fprintf(stderr, "clinic: %s: %s\n", what, why);
}

// By SQLSTATE class: 08 connection, 53 resources (too many connections), 57 operator intervention (shutdown, start-up).
bool is_outage(const std::string& sqlstate) {
  const std::string of_class = sqlstate.substr(0, 2);
  return of_class == "08" || of_class == "53" || of_class == "57";
}

Problem outage(const std::exception& error) {
  log("the database is unavailable", error.what());
  return {503, "the database is unavailable; try again soon"};
}

Problem defect(const std::exception& error) {
  log("internal error", error.what());
  return {500, "internal error"};
}

}  // namespace

void answer_json(httplib::Response& response, int status, const std::string& json) {
  response.status = status;
  // Not the plain "application/json": that httplib compresses, for most clients with Brotli's slowest setting, which
  // takes longer than everything else about a request.
  response.set_content(json, "application/json; charset=utf-8");
}

void answer_problem(httplib::Response& response, const Problem& problem) {
  if (problem.status() == 401) response.set_header("WWW-Authenticate", "Bearer");
  if (problem.status() == 503) response.set_header("Retry-After", "1");
  answer_json(response, problem.status(), R"({"error":)" + json_text(problem.what()) + "}");
}

Problem to_problem(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Problem& problem) {
    return problem;
  } catch (const pqxx::sql_error& failure) {
    return is_outage(failure.sqlstate()) ? outage(failure) : defect(failure);
  } catch (const pqxx::failure& failure) {
    return outage(failure);
  } catch (const vitals::PgPoolTimeout& failure) {
    return outage(failure);
  } catch (const std::exception& failure) {
    return defect(failure);
  } catch (...) {
    return {500, "internal error"};
  }
}

Problem problem_of_status(int status) {
  switch (status) {
    case 404:
      return not_found("there is no such route");
    case 413:
      return {status, "the body is too large"};
    case 414:
      return {status, "the URL is too long"};
    default:
      return {status, status < 500 ? "the request is malformed" : "internal error"};
  }
}

}  // namespace clinic
