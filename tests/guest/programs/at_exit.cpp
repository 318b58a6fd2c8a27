// Records before main, in atexit, in static destructors, in destructors of thread_local objects and at the end of
// threads.
#include <cstdlib>
#include <string>
#include <thread>

#include <vitals/vitals.hpp>

#include "check.hpp"

namespace {

vitals::Counter& counter() {
  static vitals::Counter& counter = vitals::default_registry().counter("a_total", "A.");
  return counter;
}

struct Static {
  Static() { counter().inc(); }
  ~Static() {
    counter().inc();
    vitals::default_registry().counter("late_total", "L.", {"x"}).with("1").inc();
    CHECK(contains(vitals::to_text(vitals::default_registry()), "\nlate_total{x=\"1\"} 1\n"));
    CHECK(counter().value() == 5);
    std::puts("works");
  }
} before_main;

struct PerThread {
  ~PerThread() { counter().inc(); }
};

}  // namespace

int main() {
  std::atexit([] { counter().inc(); });
  std::thread{[] {
    thread_local PerThread object;
    static_cast<void>(&object);
    counter().inc();
  }}.join();
}
