// Declares every type, records, and scrapes in each format.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <vitals/vitals.hpp>

#include "check.hpp"

int main() {
  using namespace std::chrono_literals;
  vitals::Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  auto& gauge = registry.gauge("b", "B.");
  auto& histogram = registry.histogram("c_seconds", "C.", vitals::Buckets{0.1, 1, 10});
  auto& native = registry.histogram("d_seconds", "D.", vitals::Buckets::latency(), vitals::Native{});
  auto& summary = registry.summary("e_seconds", "E.", {.quantiles = {0.5, 0.99}, .window = 60s});
  auto& family = registry.counter("f_total", "F.", {"method", "status"});
  auto& histograms = registry.histogram("g_seconds", "G.", {"method"}, vitals::Buckets::exponential(0.001, 10, 4));
  auto& peak = registry.peak_gauge("h", "H.");
  auto& state = registry.state_set("i", "I.", {"up", "down"});
  registry.info("j", "J.", {{"version", "1.0"}});
  const auto token = registry.gauge_callback("k", "K.", [] { return 42.0; });
  vitals::register_process_metrics(registry);

  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        counter.inc();
        histogram.observe(0.5);
        native.observe(5ms);
        family.with("GET", 200).inc();
        histograms.with("GET").observe(0.002);
        peak.set(7);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  counter.add(0.5);
  gauge.set(-1.5);
  summary.observe(0.25);
  state.set("down");

  const std::string text = vitals::to_text(registry);
  CHECK(contains(text, "\na_total 40000.5\n"));
  CHECK(contains(text, "\nb -1.5\n"));
  CHECK(contains(text, "\nc_seconds_bucket{le=\"0.1\"} 0\nc_seconds_bucket{le=\"1\"} 40000\n"));
  CHECK(contains(text, "\nc_seconds_sum 20000\nc_seconds_count 40000\n"));
  CHECK(contains(text, "\nd_seconds_count 40000\n"));
  CHECK(contains(text, "\ne_seconds{quantile=\"0.5\"} 0.2"));
  CHECK(contains(text, "\ne_seconds_sum 0.25\ne_seconds_count 1\n"));
  CHECK(contains(text, "\nf_total{method=\"GET\",status=\"200\"} 40000\n"));
  CHECK(contains(text, "\ng_seconds_bucket{method=\"GET\",le=\"0.01\"} 40000\n"));
  CHECK(contains(text, "\nh 7\n"));
  CHECK(contains(text, "\ni{i=\"down\"} 1\n"));
  CHECK(contains(text, "\nj_info{version=\"1.0\"} 1\n"));
  CHECK(contains(text, "\nk 42\n"));
  CHECK(contains(text, "\nprocess_cpu_seconds_total "));
  const std::string open_metrics = vitals::to_openmetrics(registry);
  CHECK(open_metrics.size() > 1000 && open_metrics.rfind("# EOF\n") == open_metrics.size() - 6);
  CHECK(vitals::to_protobuf(registry).size() > 1000);
  std::puts("works");
  return 0;
}
