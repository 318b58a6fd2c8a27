// Locks all memory, as services do that must not wait for a page: a registry then costs what it uses.
#include <cstdio>
#include <string>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "check.hpp"

namespace {

double resident_mib() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long all = 0;
  long resident = 0;
  CHECK(file != nullptr && std::fscanf(file, "%ld %ld", &all, &resident) == 2);
  std::fclose(file);
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace

int main() {
  CHECK(mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
  const double before = resident_mib();
  vitals::Registry registry;
  registry.counter("a_total", "A.").inc();
  const double first = resident_mib();
  for (int i = 0; i < 100; ++i) {
    const std::string name = "n" + std::to_string(i);
    registry.counter(name + "_total", "C.", {"x"}).with("1").inc();
    registry.histogram(name + "_seconds", "H.", {"x"}).with("1").observe(1);
    registry.histogram(name + "_native", "N.", {"x"}, vitals::Native{}).with("1").observe(1);
  }
  CHECK(vitals::to_text(registry).size() > 100'000);
  const double all = resident_mib();
  std::fprintf(stderr, "first counter %.1f MiB, 300 families %.1f MiB\n", first - before, all - first);
  CHECK(first - before < 2);
  CHECK(all - first < 16);
  std::puts("works");
}
