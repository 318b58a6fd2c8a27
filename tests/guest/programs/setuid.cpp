// Gives up root after its metrics were registered, as servers do that bind a low port first.
#include <string>

#include <grp.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "check.hpp"

int main() {
  vitals::Registry registry;
  vitals::register_process_metrics(registry);
  auto& counter = registry.counter("a_total", "A.", {"x"});
  counter.with("1").inc();
  if (geteuid() == 0) {
    CHECK(setgroups(0, nullptr) == 0);
    CHECK(setgid(65534) == 0);
    CHECK(setuid(65534) == 0);
  }
  counter.with("2").inc();
  const std::string text = vitals::to_text(registry);
  CHECK(contains(text, "\na_total{x=\"1\"} 1\na_total{x=\"2\"} 1\n"));
  CHECK(contains(text, "\nprocess_cpu_seconds_total "));
  std::puts("works");
}
