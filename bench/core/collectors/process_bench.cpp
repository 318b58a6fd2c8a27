#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "core/collectors/proc_file.hpp"

namespace {

template <void (*Register)(vitals::Registry&)>
void collect(benchmark::State& state) {
  vitals::Registry registry;
  Register(registry);
  for (auto _ : state) {
    auto families = registry.snapshot();
    benchmark::DoNotOptimize(families.data());
  }
}

// What the process's metrics can't do without: the kernel writing the texts.
void read_the_same_files(benchmark::State& state) {
  for (auto _ : state) {
    for (const char* path : {"/proc/self/stat", "/proc/thread-self/status", "/proc/self/io", "/proc/self/cgroup",
                             "/proc/pressure/cpu", "/proc/pressure/memory", "/proc/pressure/io"}) {
      const vitals::detail::SmallFile file{path};
      benchmark::DoNotOptimize(file.text().data());
    }
  }
}

template <vitals::detail::Number (*Count)() noexcept>
void count_fds(benchmark::State& state) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<int> fds;
  for (int i = 0; i < state.range(0); ++i) fds.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (fds.back() < 0) state.SkipWithError("the limit of open files is too low");
  for (auto _ : state) benchmark::DoNotOptimize(Count());
  for (const int fd : fds) close(fd);
}

// glibc walks the free chunks; here half of the blocks lie free between the others, and were freed in no order.
void collect_allocator(benchmark::State& state) {
  std::vector<void*> blocks(2 * static_cast<std::size_t>(state.range(0)));
  for (auto& block : blocks) block = std::malloc(1100);  // larger than what the thread's cache keeps
  std::vector<std::size_t> half(blocks.size() / 2);
  for (std::size_t i = 0; i < half.size(); ++i) half[i] = 2 * i;
  std::shuffle(half.begin(), half.end(), std::mt19937_64{1});
  for (const std::size_t i : half) std::free(blocks[i]);
  for (auto _ : state) {
    vitals::Registry registry;  // a new one, since a dear reading is kept for a while
    vitals::register_allocator_metrics(registry);
    auto families = registry.snapshot();
    benchmark::DoNotOptimize(families.data());
  }
  for (std::size_t i = 1; i < blocks.size(); i += 2) std::free(blocks[i]);
}

BENCHMARK(collect<vitals::register_process_metrics>)->Unit(benchmark::kMicrosecond);
BENCHMARK(read_the_same_files)->Unit(benchmark::kMicrosecond);
BENCHMARK(collect_allocator)->Arg(0)->Arg(100'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(count_fds<vitals::detail::count_open_fds>)->Arg(10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(count_fds<vitals::detail::list_open_fds>)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
