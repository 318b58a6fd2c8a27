#include "tool/load/tally.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/core.h>

namespace vitals::tool {
namespace {

std::string_view failure_words(Failure failure) {
  switch (failure) {
    case Failure::NoConnection:
      return "no connection";
    case Failure::NoTls:
      return "no TLS";
    case Failure::Lost:
      return "connection lost";
    case Failure::Timeout:
      return "timeout";
    case Failure::NoHttp:
      return "an answer that is not HTTP/1";
    case Failure::TooLarge:
      return "an answer too large to check";
    case Failure::NoValue:
      return "an answer without a value to extract";
    case Failure::None:
      break;
  }
  return "";
}

}  // namespace

std::string outcome_text(const Outcome& outcome, const AnswerExpectation& expect) {
  if (outcome.failure == Failure::None) {
    if (outcome.failed_check == Outcome::kNoCheck) return std::to_string(outcome.status);
    return fmt::format("{}, {}", outcome.status, expect.failure_text(outcome.failed_check));
  }
  const auto words = failure_words(outcome.failure);
  return outcome.error == 0 ? std::string{words}
                            : fmt::format("{}: {}", words, std::generic_category().message(outcome.error));
}

void RouteTally::add(const Outcome& outcome, double seconds) {
  ++requests;
  if (!outcome.is_good()) ++failed;
  if (outcome.has_latency()) slowest = std::max(slowest, seconds);
  ++outcomes[outcome];
}

void RouteTally::add(const RouteTally& other) {
  requests += other.requests;
  failed += other.failed;
  slowest = std::max(slowest, other.slowest);
  for (const auto& [outcome, n] : other.outcomes) outcomes[outcome] += n;
}

void Tally::add(const Tally& other) {
  for (std::size_t i = 0; i < routes.size(); ++i) routes[i].add(other.routes[i]);
  sent_late += other.sent_late;
  waited += other.waited;
  unconnected += other.unconnected;
  unsent += other.unsent;
  last_sent = std::max(last_sent, other.last_sent);
  if (tls_fault.empty()) tls_fault = other.tls_fault;
}

}  // namespace vitals::tool
