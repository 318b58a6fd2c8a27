// A thread with the smallest stack that there may be records, looks up and makes series.
#include <limits.h>
#include <pthread.h>

#include <vitals/vitals.hpp>

#include "check.hpp"

int main() {
  static vitals::Registry registry;
  static auto& counter = registry.counter("a_total", "A.", {"x", "y"});
  static auto& histogram = registry.histogram("b_seconds", "B.", {"x"});
  pthread_attr_t attributes;
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setstacksize(&attributes, static_cast<std::size_t>(PTHREAD_STACK_MIN)) == 0);
  const auto record = [](void*) -> void* {
    for (int i = 0; i < 1000; ++i) {
      counter.with("1", i % 10).inc();
      histogram.with("1").observe(0.5);
    }
    return nullptr;
  };
  pthread_t thread;
  CHECK(pthread_create(&thread, &attributes, record, nullptr) == 0);
  CHECK(pthread_join(thread, nullptr) == 0);
  CHECK(counter.with("1", 0).value() == 100);
  std::puts("works");
}
