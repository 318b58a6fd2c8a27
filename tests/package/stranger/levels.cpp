#include <stdexcept>
#include <string>

#include <vitals/levels.hpp>
#include <vitals/vitals.hpp>

int main() {
  const auto levels = vitals::ServiceLevels::parse("latency:\n  - target: 150ms\n");
  std::string mistake;
  try {
    (void)vitals::ServiceLevels::parse("latency:\n  - target: 150\n", "a.yml");
  } catch (const std::invalid_argument& error) {
    mistake = error.what();
  }
  const bool good = levels == vitals::ServiceLevels{.latency = {{.target = std::chrono::milliseconds{150}}}};
  return good && vitals::ServiceLevels::parse(levels.to_yaml()) == levels && mistake.starts_with("a.yml:2:13: ") ? 0
                                                                                                                 : 1;
}
