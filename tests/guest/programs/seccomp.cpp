// System calls that a sandbox refuses. argv[1] "before": for a program that is started inside of it; "after": once its
// metrics are there, so that nothing of /proc can be read.
#include <cerrno>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "check.hpp"

namespace {

void refuse(const std::vector<unsigned>& calls) {
  std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0)};  // seccomp_data::nr
  for (const unsigned call : calls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

}  // namespace

int main(int argc, char** argv) {
  CHECK(argc >= 2);
  const std::string mode = argv[1];
  if (mode == "before") {
    refuse({SYS_rseq, SYS_membarrier, SYS_sched_getaffinity, SYS_madvise, SYS_mremap});
    execl("/proc/self/exe", argv[0], "inside", nullptr);
    return 1;
  }
  vitals::Registry registry;
  vitals::register_process_metrics(registry);
  auto& counter = registry.counter("a_total", "A.", {"x"});
  counter.with("1").inc();
  if (mode == "after") refuse({SYS_openat, SYS_membarrier, SYS_madvise, SYS_getdents64, SYS_statx, SYS_newfstatat});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100'000; ++i) counter.with("1").inc();
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 1000; ++i) counter.with(i).inc();
  const std::string text = vitals::to_text(registry);
  CHECK(contains(text, "\na_total{x=\"1\"} 400002\n"));
  CHECK(contains(text, "\nprocess_resident_memory_bytes ") == (mode != "after"));
  std::puts("works");
}
