#include "tool/levels/levels.hpp"

#include <stdexcept>

#include <fmt/core.h>

#include <vitals/levels.hpp>

#include "tool/text/report_files.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {

CommandResult levels_init(const LevelsArguments& arguments) {
  const auto text = levels_template();
  if (arguments.file.empty()) return {std::string(text), 0};
  const auto shown = printable(arguments.file, 4096);
  write_new_file(arguments.file, text);
  return {fmt::format("{} is written: put your numbers and routes in, then vitals levels check {}\n", shown, shown), 0};
}

CommandResult levels_check(const LevelsArguments& arguments) {
  try {
    (void)ServiceLevels::load(arguments.file);
  } catch (const std::invalid_argument& error) {
    return {fmt::format("{}\n", error.what()), 3};  // as a compiler says it: editors find the places
  }
  return {fmt::format("{} is good\n", printable(arguments.file, 4096)), 0};
}

}  // namespace vitals::tool
