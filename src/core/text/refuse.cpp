#include "core/text/refuse.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/text/utf8.hpp"

namespace vitals::detail {

std::string about(std::string_view metric) { return "vitals: metric \"" + to_valid_utf8(metric) + "\": "; }

void refuse(std::string_view metric, const std::string& why) {
  std::string message = about(metric) + why;
  std::replace(message.begin(), message.end(), '\0', ' ');  // it would end what()
  throw std::invalid_argument(message);
}

}  // namespace vitals::detail
