// Counts on the CPU that it is started on and on every other one that it may use, and exits with 0 if nothing is lost.
#include <cstdio>

#include <sched.h>

#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  auto& histogram = registry.histogram("b", "B.");
  double expected = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (cpu > 0 && sched_setaffinity(0, sizeof one, &one) != 0) continue;
    for (int i = 0; i < 1000; ++i) {
      counter.inc();
      histogram.observe(1);
    }
    expected += 1000;
  }
  std::printf("%.0f and %.0f of %.0f\n", counter.value(), static_cast<double>(histogram.snapshot().count()), expected);
  return counter.value() == expected && static_cast<double>(histogram.snapshot().count()) == expected ? 0 : 1;
}
