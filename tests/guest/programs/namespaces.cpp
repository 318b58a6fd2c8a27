// In a user namespace of its own, without any capability in the outer one, and with no open descriptor but its output.
#include <cerrno>
#include <string>

#include <sched.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "check.hpp"

int main() {
  // A kernel or a container may forbid it, which is no matter of ours.
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) std::perror("unshare");
  close(0);
  vitals::Registry registry;
  vitals::register_process_metrics(registry);
  registry.counter("a_total", "A.").inc();
  const std::string text = vitals::to_text(registry);
  CHECK(contains(text, "\na_total 1\n"));
  CHECK(contains(text, "\nprocess_resident_memory_bytes "));
  std::puts("works");
}
