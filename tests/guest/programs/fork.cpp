// Forks without exec, also while another thread records: the child records and scrapes what was there and what it adds.
#include <atomic>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "check.hpp"

int main() {
  vitals::Registry registry;
  auto& mine = registry.counter("mine_total", "M.");
  auto& others = registry.counter("others_total", "O.", {"a"}).with("1");
  auto& took = registry.histogram("took_seconds", "T.", vitals::Buckets{1, 2});
  std::atomic<bool> stop{false};
  std::thread other{[&] {
    while (!stop) others.inc();
  }};
  for (int round = 0; round < 50; ++round) {
    mine.inc();
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      alarm(20);
      for (int i = 0; i < 1000; ++i) {
        mine.inc();
        took.observe(1.5);
      }
      CHECK(mine.value() == round + 1 + 1000);
      CHECK(contains(vitals::to_text(registry), "\ntook_seconds_count 1000\n"));
      _exit(0);
    }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  stop = true;
  other.join();
  CHECK(mine.value() == 50);
  CHECK(contains(vitals::to_text(registry), "\ntook_seconds_count 0\n"));
  std::puts("works");
}
