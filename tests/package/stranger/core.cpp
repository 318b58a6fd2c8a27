#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  registry.counter("a_total", "A.").inc();
  return vitals::to_text(registry) == "# HELP a_total A.\n# TYPE a_total counter\na_total 1\n" ? 0 : 1;
}
