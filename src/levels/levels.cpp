#include <vitals/levels.hpp>

#include "levels/levels_file.hpp"
#include "levels/levels_writer.hpp"

namespace vitals {

ServiceLevels ServiceLevels::load(const std::string& path) { return detail::load_levels(path); }

ServiceLevels ServiceLevels::parse(std::string_view yaml, std::string_view source) {
  return detail::parse_levels(yaml, source);
}

std::string ServiceLevels::to_yaml() const {
  check();
  return detail::levels_text(*this);
}

}  // namespace vitals
