#include "tool/levels/levels.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <fmt/core.h>

#include <vitals/levels.hpp>

#include "tool/text/utf8.hpp"

namespace vitals::tool {

CommandResult levels_init(const LevelsArguments& arguments) {
  const auto text = levels_template();
  if (arguments.file.empty()) return {std::string(text), 0};
  const auto shown = printable(arguments.file, 4096);
  const auto fail = [&shown] {
    const auto* const fix = errno == EEXIST ? "; it is never overwritten, give another name" : "";
    throw std::runtime_error(
        fmt::format("{} can't be written: {}{}", shown, std::generic_category().message(errno), fix));
  };
  // x: what somebody wrote is not lost.
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(arguments.file.c_str(), "wbxe"), std::fclose};
  if (!file) fail();
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() || std::fclose(file.release()) != 0) fail();
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
