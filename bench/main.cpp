#include <atomic>
#include <chrono>
#include <thread>

#include <benchmark/benchmark.h>

// A second thread lives in every run: without one the C library and libstdc++ leave out locked instructions, which
// flatters whoever uses them.
int main(int argc, char** argv) {
  std::atomic<bool> done{false};
  std::thread sleeper{[&] {
    while (!done) std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }};
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  done = true;
  sleeper.join();
}
