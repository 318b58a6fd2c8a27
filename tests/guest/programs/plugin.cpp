// Declares metrics of every type in the registry of its host, records, and keeps nothing.
#include <chrono>
#include <string>

#include <vitals/vitals.hpp>

extern "C" void plugin_init(vitals::Registry& registry) {
  using namespace std::chrono_literals;
  // Texts that are gone with the plug-in.
  static const char kHelp[] = "Of the plug-in.";
  static const char kLabel[] = "method";
  const vitals::FamilyOptions options{.expire_after = 24h, .exemplars = true};

  registry.counter("plugin_a_total", kHelp).inc();
  registry.gauge("plugin_b", kHelp).set(1);
  registry.histogram("plugin_c_seconds", kHelp, vitals::Buckets{1, 2}, {.unit = "seconds"}).observe(1.5);
  registry.histogram("plugin_d", kHelp, vitals::Native{}).observe(1.5);
  registry.summary("plugin_e", kHelp, {.quantiles = {0.5}}).observe(1);
  registry.state_set("plugin_f", kHelp, {"on", "off"}).set("on");
  registry.peak_gauge("plugin_g", kHelp).observe(1);
  registry.untyped("plugin_h", kHelp).set(1);
  registry.info("plugin_i", kHelp, {{"version", "1"}});
  vitals::register_build_info(registry, {.version = "1"});
  vitals::register_process_metrics(registry);
  vitals::register_library_metrics(registry);

  registry.counter("plugin_j_total", kHelp, {kLabel, "code"}, options).with("GET", 200).inc(1, {{"trace_id", "1"}});
  registry.gauge("plugin_k", kHelp, {kLabel}, options).with("GET").set(1);
  registry.histogram("plugin_l", kHelp, {kLabel}, vitals::Buckets{1}, options).with("GET").observe(1);
  registry.histogram("plugin_m", kHelp, {kLabel}, vitals::Buckets{1}, vitals::Native{}).with("GET").observe(1);
  registry.summary("plugin_n", kHelp, {kLabel}).with("GET").observe(1);
  registry.state_set("plugin_o", kHelp, {kLabel}, {"on", "off"}).with("GET").set("on");
  registry.peak_gauge("plugin_p", kHelp, {kLabel}).with("GET").observe(1);
  registry.untyped("plugin_q", kHelp, {kLabel}).with("GET").set(1);

  auto& family = registry.counter("plugin_r_total", kHelp, {kLabel}, {.max_series = 4});
  for (int i = 0; i < 10; ++i) family.with(i).inc();
  family.scoped("GET")->inc();
  family.remove(1);

  const auto token = registry.gauge_callback("plugin_s", kHelp, [] { return 1.0; });
  const auto collector = registry.add_collector([](auto& out) { out.push_back({"plugin_t", "T."}); });
  (void)vitals::to_text(registry);
}
