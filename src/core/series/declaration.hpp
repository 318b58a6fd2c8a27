#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/family.hpp>
#include <vitals/native.hpp>
#include <vitals/snapshot.hpp>

namespace vitals::detail {

// What a family is registered as; two registrations must agree in all of it but the limits.
struct Declaration {
  std::string name;
  std::string help;
  std::vector<std::string> labels;
  FamilyOptions options;
  std::string unit;
  std::vector<double> bounds;               // histograms with classic buckets
  std::vector<double> quantiles;            // summaries
  std::vector<std::string> states;          // state sets
  std::optional<Native> native = {};        // histograms with native buckets
  std::chrono::nanoseconds window{0};       // summaries
  std::size_t slices = 0;                   // summaries
  std::chrono::nanoseconds peak_window{0};  // peak gauges; 0: it is none
};

}  // namespace vitals::detail
