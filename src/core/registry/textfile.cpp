#include <climits>
#include <string>
#include <system_error>

#include <vitals/exposition.hpp>
#include <vitals/textfile.hpp>

#include "core/system/replace_file.hpp"
#include "core/text/printable.hpp"

namespace vitals {

void write_textfile(const Registry& registry, const std::string& path) {
  const std::string text = to_text(registry);
  try {
    detail::replace_file(path, text);
  } catch (const std::system_error& error) {
    throw std::system_error{error.code(),
                            "vitals::write_textfile can't write \"" + detail::printable(path, PATH_MAX) + '"'};
  }
}

}  // namespace vitals
