// Prints what the collectors tell of a process that a test can't be: one with another allocator, or whose first thread
// has ended.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
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

// The kernel then shows no memory for the process any more.
bool first_thread_lives() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") return true;
  }
  return false;
}

}  // namespace

int main(int argc, char**) {
  for (auto& block : blocks) block = std::malloc(1000);
  if (argc == 1) {
    print(vitals::register_allocator_metrics);
    return 0;
  }
  std::thread{[] {
    while (first_thread_lives()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    print(vitals::register_process_metrics);
    std::_Exit(0);
  }}.detach();
  pthread_exit(nullptr);
}
