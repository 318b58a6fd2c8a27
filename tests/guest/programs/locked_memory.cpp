// A program that locks its memory, as low-latency services do: metrics take what is used of them. With an argument: one
// that may lock only as much as RLIMIT_MEMLOCK says, which must go on when that is used up.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

namespace {

// kB of /proc/self/status.
long status(const std::string& name) {
  char line[256];
  long kilobytes = -1;
  FILE* file = std::fopen("/proc/self/status", "r");
  while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr)
    if (std::string{line}.starts_with(name + ":")) std::sscanf(line + name.size() + 1, "%ld", &kilobytes);
  if (file != nullptr) std::fclose(file);
  return kilobytes;
}

}  // namespace

int main(int argc, char**) {
  const bool little = argc > 1;
  if (little) {
    // What the program's own heap takes is there before; root may lock whatever it likes.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    void* volatile heap = std::malloc(16 << 20);
    std::free(heap);
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 1;
  }
  if (mlockall(little ? MCL_FUTURE : MCL_CURRENT | MCL_FUTURE) != 0) {
    std::perror("mlockall");  // no right to lock: counts must still be right
  }
  const long locked = status("VmLck");
  const long resident = status("VmRSS");
  vitals::Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  counter.inc();
  const int families = 100;
  for (int i = 0; i < families; ++i) {
    const std::string n = std::to_string(i);
    registry.counter("b" + n + "_total", "B.", {"x"}).with(1).inc(1, {{"trace_id", "1"}});
    registry.histogram("c" + n, "C.", {"x"}).with(1).observe(1);
    registry.histogram("d" + n, "D.", {"x"}, vitals::Native{}).with(1).observe(1);
  }
  const long more_locked = status("VmLck") - locked;
  const long more_resident = status("VmRSS") - resident;
  std::printf("locked %ld kB, resident %ld kB more; counted %.0f\n", more_locked, more_resident, counter.value());
  if (counter.value() != 1) return 1;
  const long limit = 40 * families + 512;
  if (!little && (more_locked >= limit || more_resident >= limit)) return 1;
  std::puts("works");
  return 0;
}
