// Prints what the collectors tell of a process that a test can't be: one with another allocator, or whose first thread
// has ended.
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <pthread.h>

#include <vitals/vitals.hpp>

namespace {

std::vector<void*> blocks(10'000);

void print(void (*collect)(vitals::Registry&)) {
  vitals::Registry registry;
  collect(registry);
  std::fputs(vitals::to_text(registry).c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char**) {
  for (auto& block : blocks) block = std::malloc(1000);
  if (argc == 1) {
    print(vitals::register_allocator_metrics);
    return 0;
  }
  std::thread{[first = pthread_self()] {
    pthread_join(first, nullptr);
    print(vitals::register_process_metrics);
    std::_Exit(0);
  }}.detach();
  pthread_exit(nullptr);
}
