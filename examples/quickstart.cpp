// The README's program. While it runs:  curl http://127.0.0.1:9464/metrics
// To build it: the target `quickstart`, or with an installed vitals that pkg-config finds (PKG_CONFIG_PATH, README.md):
//   g++ -std=c++20 -O2 examples/quickstart.cpp -o quickstart $(pkg-config --cflags --libs --static vitals-http)
// clang-format off: the README begins below this include
#include "jobs.hpp"
// clang-format on

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  auto& jobs = registry.counter("jobs_processed_total", "Jobs processed.", {"queue", "result"});
  auto& took = registry.histogram("job_duration_seconds", "Time per job.", vitals::Buckets::latency());
  vitals::Endpoint endpoint{registry, {.address = "127.0.0.1", .port = 9464}};

  while (auto job = next_job()) {
    auto timer = took.time();  // observed when it goes out of scope
    jobs.with(job->queue, run(*job) ? "ok" : "failed").inc();
  }
}
