// The text of a file of service levels: what is read is good, is written, and is read again as the same; what is not,
// is refused by lines that each have a place in the text and are UTF-8.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include <vitals/levels.hpp>

#include "core/text/utf8.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t number_at(std::string_view& text) {
  require(text.starts_with(':'));
  text.remove_prefix(1);
  std::size_t number = 0;
  require(!text.empty() && text.front() >= '1' && text.front() <= '9');
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
    number = 10 * number + static_cast<std::size_t>(text.front() - '0');
  return number;
}

void require_places(std::string_view mistakes, std::string_view yaml) {
  require(vitals::detail::is_valid_utf8(mistakes) && !mistakes.empty() && mistakes.size() < 100'000);
  const auto lines = 1 + static_cast<std::size_t>(std::ranges::count(yaml, '\n') + std::ranges::count(yaml, '\r'));
  std::size_t last = 0;
  while (!mistakes.empty()) {
    auto line = mistakes.substr(0, mistakes.find('\n'));
    mistakes.remove_prefix(std::min(line.size() + 1, mistakes.size()));
    if (mistakes.empty() && line.starts_with("and ")) return;
    require(line.starts_with("l.yml"));
    line.remove_prefix(5);
    const auto at = number_at(line);
    require(at >= last && at <= lines && number_at(line) <= yaml.size() + 1);
    require(line.starts_with(": ") && line.size() > 10);
    last = at;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view yaml{reinterpret_cast<const char*>(data), size};
  try {
    const auto levels = vitals::ServiceLevels::parse(yaml, "l.yml");
    levels.check();
    const auto written = levels.to_yaml();
    const auto again = vitals::ServiceLevels::parse(written);
    require(again == levels && again.to_yaml() == written);
  } catch (const std::invalid_argument& error) {
    require_places(error.what(), yaml);
  }
  return 0;
}
