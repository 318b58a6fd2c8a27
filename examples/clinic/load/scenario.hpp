#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace clinic_load {

/// One route of the load: how often it is asked for, and the status that means success.
struct Route {
  std::string_view method;
  std::string_view endpoint;
  unsigned weight;
  int expected_status;
};

/// The mix of the clinic's users. Login has no weight: it happens once, at the start.
inline constexpr std::array kRoutes{
    Route{"GET", "/api/v1/appointments", 10, 200}, Route{"GET", "/api/v1/schedule", 5, 200},
    Route{"GET", "/api/v1/clients", 3, 200},       Route{"POST", "/api/v1/appointments", 2, 201},
    Route{"GET", "/api/v1/clients/{id}", 1, 200},  Route{"POST", "/api/v1/auth/login", 0, 200},
};
inline constexpr std::size_t kLogin = kRoutes.size() - 1;

struct Request {
  std::size_t route = kLogin;  ///< its place in kRoutes
  std::string text;            ///< the bytes to send
};

/// The request that logs the seeded user in.
Request login_request(std::string_view host);

/// An endless, repeatable series of requests in the proportions of kRoutes. Not thread-safe.
class Scenario {
 public:
  Scenario(std::string_view host, std::string_view token, std::uint64_t seed);

  /// Overwrites `request`, whose memory is used again.
  void next(Request& request);

 private:
  int random(int least, int most);

  std::string headers_;
  std::mt19937_64 random_;
  std::discrete_distribution<std::size_t> route_;
};

}  // namespace clinic_load
