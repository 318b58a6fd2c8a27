#include <chrono>

#include <vitals/vitals.hpp>

// One of each type, so that all that is compiled into the library is used.
int main() {
  using namespace std::chrono_literals;
  vitals::Registry registry;
  registry.counter("a_total", "A.").inc();
  registry.gauge("b", "B.").set(2);
  registry.histogram("c", "C.", vitals::Buckets{1, 2}, {}).observe(1.5);
  registry.histogram("d", "D.", {"label"}, vitals::Buckets::latency()).with("x").observe(10ms);
  registry.histogram("e", "E.", vitals::Native{}).observe(3);
  registry.summary("f", "F.").observe(4);
  registry.state_set("g", "G.", {"on", "off"}).set("on");
  registry.info("h", "H.", {{"version", "1"}});
  registry.peak_gauge("i", "I.").observe(5);
  vitals::register_process_metrics(registry);
  const auto text = vitals::to_text(registry);
  const bool has_all = text.find("a_total 1\n") != text.npos && text.find("c_bucket{le=\"2\"} 1\n") != text.npos &&
                       text.find("d_count{label=\"x\"} 1\n") != text.npos && text.find("e_count 1\n") != text.npos &&
                       text.find("f_count 1\n") != text.npos && text.find("g{g=\"on\"} 1\n") != text.npos &&
                       text.find("h_info{version=\"1\"} 1\n") != text.npos && text.find("i 5\n") != text.npos;
  return has_all && !vitals::to_openmetrics(registry).empty() && !vitals::to_protobuf(registry).empty() ? 0 : 1;
}
