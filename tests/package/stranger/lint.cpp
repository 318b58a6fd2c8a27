#include <vitals/lint.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  registry.counter("a_total", "A.").inc();
  const bool good = vitals::lint_exposition(vitals::to_text(registry), vitals::LintFormat::Text).empty();
  const bool bad = vitals::lint_exposition("a 1 2 3\n", vitals::LintFormat::Text).empty();
  return good && !bad ? 0 : 1;
}
