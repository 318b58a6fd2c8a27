#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tool/load/connection.hpp"
#include "tool/load/scenario.hpp"

namespace vitals::tool {

/// How a request ended: a status and perhaps a check that failed, or why there is no answer.
struct Outcome {
  static constexpr std::size_t kNoCheck = static_cast<std::size_t>(-1);

  int status = 0;
  Failure failure = Failure::None;
  int error = 0;                        ///< errno of a failure, or 0
  std::size_t failed_check = kNoCheck;  ///< of the plan's expectation

  [[nodiscard]] bool is_good() const { return failure == Failure::None && failed_check == kNoCheck; }
  /// Whether the time until then is a response time: that of a connection refused is none.
  [[nodiscard]] bool has_latency() const { return status != 0 || failure == Failure::Timeout; }
  auto operator<=>(const Outcome&) const = default;
};

/// "200", "404, not an expected status", "timeout", "no connection: Connection refused"
std::string outcome_text(const Outcome& outcome, const AnswerExpectation& expect);

/// What came of one plan's requests, in one thread or in all. A plain value.
struct RouteTally {
  std::uint64_t requests = 0;
  std::uint64_t failed = 0;
  double slowest = 0;  ///< seconds
  std::map<Outcome, std::uint64_t> outcomes{};

  void add(const Outcome& outcome, double seconds);
  void add(const RouteTally& other);
};

/// What one thread has counted; for one thread at a time.
struct Tally {
  std::vector<RouteTally> routes{};  ///< of the scenario's requests, setup and user_setup, in this order
  std::uint64_t sent_late = 0;       ///< begun more than kLate after they were due, as the generator had no time
  std::uint64_t waited = 0;          ///< begun so late as every connection was waiting for its answer
  std::uint64_t unconnected =
      0;                     ///< begun so late as every connection was waiting, and the first to be free had failed
  std::uint64_t unsent = 0;  ///< due, and never begun
  double last_sent = 0;      ///< seconds after the start

  std::string tls_fault{};  ///< why a handshake failed, of the first that did

  explicit Tally(std::size_t n) : routes(n) {}
  void add(const Tally& other);
};

}  // namespace vitals::tool
