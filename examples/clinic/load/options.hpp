#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "arrivals.hpp"

namespace clinic_load {

/// The command line of clinic_load.
struct Options {
  std::string url = "http://127.0.0.1:8080";
  double rate = 500;
  double duration = 20;
  std::size_t connections = 64;
  double timeout = 10;
  std::uint64_t seed = 1;
  bool poisson = false;
  bool max = false;
  std::string json;

  [[nodiscard]] Pace pace() const { return max ? Pace::Max : poisson ? Pace::Poisson : Pace::Constant; }
};

/// Reads the command line. Gives a status if the program should exit: help was printed, or what is wrong.
std::optional<int> parse_command_line(int argc, char** argv, Options& options);

}  // namespace clinic_load
