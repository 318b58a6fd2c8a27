#include "report.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string_view>

#include <fmt/core.h>
#include <unistd.h>

namespace clinic_load {
namespace {

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string milliseconds(double seconds) { return seconds == seconds ? fmt::format("{:.1f} ms", seconds * 1e3) : "-"; }

std::string row(std::string_view name, const Results::RouteResult& result) {
  const auto latency = result.latency->snapshot();
  return fmt::format("{:<27}{:>9}{:>8}{:>11}{:>11}{:>11}{:>11}\n", name, result.requests, result.failed,
                     milliseconds(latency.quantile(0.5)), milliseconds(latency.quantile(0.95)),
                     milliseconds(latency.quantile(0.99)), result.slowest > 0 ? milliseconds(result.slowest) : "-");
}

// The members of a JSON object. The names of outcomes are statuses and plain words.
std::string json_members(const Results::RouteResult& result) {
  std::string outcomes;
  for (const auto& [outcome, n] : result.outcomes) {
    outcomes += fmt::format(R"({}"{}": {})", outcomes.empty() ? "" : ", ", outcome, n);
  }
  std::string json =
      fmt::format(R"("requests": {}, "failed": {}, "outcomes": {{{}}})", result.requests, result.failed, outcomes);
  if (const auto latency = result.latency->snapshot(); latency.count() > 0) {
    json += fmt::format(R"(, "p50_seconds": {}, "p95_seconds": {}, "p99_seconds": {}, "max_seconds": {})",
                        latency.quantile(0.5), latency.quantile(0.95), latency.quantile(0.99), result.slowest);
  }
  return json;
}

}  // namespace

Progress::Progress(const Results& results, Clock::time_point start)
    : results_{results}, start_{start}, terminal_{isatty(STDERR_FILENO) == 1} {}

void Progress::update() {
  const auto& load = results_.load();
  const std::uint64_t last_second = load.requests - seen_;
  seen_ = load.requests;
  if (++updates_ % 5 != 0 && !terminal_) return;
  fmt::print(stderr, "{}{:>4.0f} s{:>9} answered{:>8}/s   p95 {}   {} failed{}", terminal_ ? "\r" : "",
             seconds(Clock::now() - start_), load.requests, last_second,
             milliseconds(load.latency->snapshot().quantile(0.95)), load.failed, terminal_ ? "  " : "\n");
  std::fflush(stderr);
}

void Progress::finish() {
  if (terminal_ && updates_ > 0) fmt::print(stderr, "\n");
}

std::string report_table(const Results& results, Clock::duration took) {
  std::string table = fmt::format("{:<27}{:>9}{:>8}{:>11}{:>11}{:>11}{:>11}\n", "route", "requests", "failed", "p50",
                                  "p95", "p99", "max");
  for (std::size_t i = 0; i < kRoutes.size(); ++i) {
    if (i == kLogin) continue;
    table += row(fmt::format("{:<5}{}", kRoutes[i].method, kRoutes[i].endpoint), results.routes()[i]);
  }
  table += row("all", results.load());
  for (std::size_t i = 0; i < kRoutes.size(); ++i) {
    for (const auto& [outcome, n] : results.routes()[i].outcomes) {
      if (outcome == std::to_string(kRoutes[i].expected_status)) continue;
      table += fmt::format("failed: {} {}: {} times {}\n", kRoutes[i].method, kRoutes[i].endpoint, n, outcome);
    }
  }
  if (results.unsent() > 0) table += fmt::format("failed: {} requests were due and never sent\n", results.unsent());
  return table + fmt::format("{} requests in {:.1f} s: {:.1f}/s, after a login that took {}\n", results.load().requests,
                             seconds(took), static_cast<double>(results.load().requests) / seconds(took),
                             milliseconds(results.routes()[kLogin].slowest));
}

std::string report_json(const Results& results, Clock::duration took) {
  std::string routes;
  for (std::size_t i = 0; i < kRoutes.size(); ++i) {
    routes += fmt::format("{}\n    {{\"method\": \"{}\", \"endpoint\": \"{}\", {}}}", i == 0 ? "" : ",",
                          kRoutes[i].method, kRoutes[i].endpoint, json_members(results.routes()[i]));
  }
  return fmt::format(
      "{{\n  \"seconds\": {},\n  \"unsent\": {},\n  \"all_but_login\": {{{}}},\n  \"routes\": [{}\n  ]\n}}\n",
      seconds(took), results.unsent(), json_members(results.load()), routes);
}

}  // namespace clinic_load
