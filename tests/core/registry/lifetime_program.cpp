// Records before main, in a thread's last destructor, in atexit and in static destructors; the last of those prints.
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <vitals/vitals.hpp>

namespace {

vitals::Counter& counter() { return vitals::default_registry().counter("lifetime_total", "L."); }

struct Printer {
  ~Printer() { std::printf("lifetime_total %.0f\n", counter().value()); }
};
struct Recorder {
  Recorder() { counter().inc(); }
  ~Recorder() { counter().inc(); }
};

Printer printer;    // destroyed last
Recorder recorder;  // one before main, one after

}  // namespace

int main() {
  std::atexit([] { counter().inc(); });
  std::thread{[] {
    static thread_local Recorder last;
    (void)last;
  }}.join();
}
