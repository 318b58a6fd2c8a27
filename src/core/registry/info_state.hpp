#pragma once

#include <mutex>
#include <string>
#include <vector>

#include <vitals/info.hpp>

namespace vitals {

struct Info::Data {
  const std::string name;
  const std::string help;
  const std::vector<Label> constant;  // labels of the registry
  const bool utf8_names;
  std::mutex mutex{};
  std::vector<Label> labels{};  // under the lock
};

}  // namespace vitals
