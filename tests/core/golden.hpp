#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "support/test_path.hpp"

namespace vitals::test {

inline std::string golden(const std::string& name) {
  std::ifstream file{test_path("golden/" + name)};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace vitals::test
