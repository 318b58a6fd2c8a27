// Starts programs by vfork and by posix_spawn, from a thread that records, while another records: nothing is lost.
#include <thread>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "check.hpp"

extern char** environ;

int main() {
  vitals::Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  constexpr int kOther = 20'000'000;
  std::thread other{[&] {
    for (int i = 0; i < kOther; ++i) counter.inc();
  }};
  constexpr int kRounds = 100;
  for (int i = 0; i < kRounds; ++i) {
    counter.inc();
    pid_t child = -1;
    if (i % 2 == 0) {
      child = vfork();
      if (child == 0) {
        execl("/bin/true", "true", nullptr);
        _exit(1);
      }
    } else {
      char name[] = "true";
      char* arguments[] = {name, nullptr};
      CHECK(posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environ) == 0);
    }
    counter.inc();
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
  }
  other.join();
  CHECK(counter.value() == kOther + 2.0 * kRounds);
  std::puts("works");
}
