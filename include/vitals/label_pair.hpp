#pragma once

#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals {

/// A label as views of its name and value: of a series that is looked for, or of an exemplar.
struct LabelPair {
  std::string_view name;
  std::string_view value;
};

}  // namespace vitals
