// A signal handler records what the interrupted code records too: counts are exact.
#include <csignal>

#include <sys/time.h>

#include <vitals/vitals.hpp>

#include "check.hpp"

namespace {

vitals::Counter* counter = nullptr;
vitals::Gauge* gauge = nullptr;
vitals::Histogram* histogram = nullptr;
volatile std::sig_atomic_t signals = 0;

void on_signal(int) {
  signals = signals + 1;
  counter->inc();
  gauge->inc();
  histogram->observe(0.5);
}

}  // namespace

int main() {
  vitals::Registry registry;
  counter = &registry.counter("a_total", "A.");
  gauge = &registry.gauge("b", "B.");
  histogram = &registry.histogram("c_seconds", "C.", vitals::Buckets{0.1, 1});
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  CHECK(sigaction(SIGPROF, &action, nullptr) == 0);
  const itimerval often{{0, 1000}, {0, 1000}};
  CHECK(setitimer(ITIMER_PROF, &often, nullptr) == 0);
  long recorded = 0;
  while (signals < 100) {
    for (int i = 0; i < 1000; ++i, ++recorded) {
      counter->inc();
      gauge->inc();
      histogram->observe(0.5);
    }
  }
  const itimerval never{};
  CHECK(setitimer(ITIMER_PROF, &never, nullptr) == 0);
  const double all = static_cast<double>(recorded) + static_cast<double>(signals);
  CHECK(counter->value() == all);
  CHECK(gauge->value() == all);
  CHECK(histogram->snapshot().count() == all);
  CHECK(histogram->snapshot().sum() == all * 0.5);
  std::puts("works");
}
