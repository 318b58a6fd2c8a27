#include "tool/text/is_terminal.hpp"

#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace vitals::tool {

bool is_terminal(int descriptor) {
  const char* term = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && !(term && std::string_view{term} == "dumb");
}

}  // namespace vitals::tool
