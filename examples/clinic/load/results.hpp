#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <vitals/vitals.hpp>

#include "arrivals.hpp"
#include "connection.hpp"
#include "scenario.hpp"

namespace clinic_load {

/// What came of the requests, by route. For one thread.
class Results {
 public:
  Results();

  void record(std::size_t route, const Outcome& outcome, Clock::duration latency);
  /// Requests that were due and that the server never had the time to take.
  void unsent(std::uint64_t n) { unsent_ += n; }

  struct RouteResult {
    std::uint64_t requests = 0;
    std::uint64_t failed = 0;
    double slowest = 0;                             ///< seconds
    std::map<std::string, std::uint64_t> outcomes;  ///< by status, or by why there was none
    vitals::Histogram* latency = nullptr;
  };
  [[nodiscard]] const std::array<RouteResult, kRoutes.size()>& routes() const { return routes_; }
  /// All routes but login, which happens before the clock starts; `outcomes` stays empty.
  [[nodiscard]] const RouteResult& load() const { return load_; }
  [[nodiscard]] std::uint64_t unsent() const { return unsent_; }
  [[nodiscard]] bool all_succeeded() const;

 private:
  vitals::Registry registry_;
  std::array<RouteResult, kRoutes.size()> routes_;
  RouteResult load_;
  std::uint64_t unsent_ = 0;
};

}  // namespace clinic_load
