// The other types, callbacks, collectors, series that end and UTF-8 names.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "http/recorded/recorded_program.hpp"

namespace vitals::test {

namespace {

using namespace std::chrono_literals;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

}  // namespace

void Program::other_types() {
  auto& mode = registry.state_set("mode", "Mode.", {"starting", "serv\"ing\n"});
  mode.set("serv\"ing\n");
  recorder.add(
      {.name = "mode", .help = "Mode.", .type = "stateset", .states = {{"starting", false}, {"serv\"ing\n", true}}});
  auto& features = registry.state_set("feature", "Features.", {"tenant"}, {"search", "export"});
  features.with("acme").enable("search");
  features.with("acme").enable("export");
  recorder.add({.name = "feature",
                .help = "Features.",
                .type = "stateset",
                .labels = {{"tenant", "acme"}},
                .states = {{"search", true}, {"export", true}}});

  auto& release = registry.info("release", "Release.", {{"version", "1.0"}});
  release.set({{"version", "1.1 \"b\"\n\\"}, {"commit", ""}});
  recorder.add({"release_info", "Release.", "info", {{"version", "1.1 \"b\"\n\\"}, {"commit", ""}}});

  auto& untyped = registry.untyped("legacy", "Of no type.");
  recorder.add({"legacy", "Of no type.", "untyped", {}, {-1.5}}, [&untyped](double v) { untyped.set(v); });

  auto& peaks = registry.peak_gauge("peak", "Peaks.", {"case"}, {.window = 1h});
  auto& peak = peaks.with("busy");
  recorder.add({"peak", "Peaks.", "max", {{"case", "busy"}}, repeated({3, 17.5, -2, 17, kSmallest}, 2000)},
               [&peak](double v) { peak.observe(v); });
  peaks.with("idle");
  recorder.add({"peak", "Peaks.", "gauge", {{"case", "idle"}}, {std::nan("")}});
}

void Program::callbacks() {
  tokens.push_back(registry.gauge_callback("asked", "Asked.", [] { return -0.0; }));
  recorder.add({"asked", "Asked.", "gauge", {}, {-0.0}});
  tokens.push_back(registry.counter_callback("asked_more_total", "Asked.", {"queue", "full"}, [](Samples<2>& out) {
    out.add(0x1p53 + 2, "a\"\\\n", true);
    out.add(0.1, "", false);
    out.add(7, 42, false);
  }));
  recorder.add({"asked_more_total", "Asked.", "counter", {{"queue", "a\"\\\n"}, {"full", "true"}}, {0x1p53 + 2}});
  recorder.add({"asked_more_total", "Asked.", "counter", {{"queue", ""}, {"full", "false"}}, {0.1}});
  recorder.add({"asked_more_total", "Asked.", "counter", {{"queue", "42"}, {"full", "false"}}, {7}});
  {
    const auto gone = registry.gauge_callback("asked_once", "Its token dies.", [] { return 1.0; });
  }
}

void Program::collector() {
  const Exemplar exemplar = now({{"trace_id", "waits"}}, 20);
  registry.keep_collector([exemplar](std::vector<FamilySnapshot>& out) {
    MetricSnapshot queue{
        .labels = {{"queue", "a"}}, .count = 4, .sum = 40.5, .buckets = {{10, 3}, {1e6, 4}, {kInfinity, 4}}};
    queue.exemplars = {exemplar};
    out.push_back({"queue_bytes", "What waits.", MetricType::GaugeHistogram, {queue}, "bytes"});
    out.push_back({"collected_total",
                   "Collected.",
                   MetricType::Counter,
                   {{.value = 0x1p63, .whole = (std::uint64_t{1} << 63) + 1}},
                   {}});
  });
  Recorded queue{"queue_bytes", "What waits.", "gaugehistogram", {{"queue", "a"}}, {5, 7.5, 8, 20}, "bytes", {10, 1e6}};
  queue.exemplars = {exemplar};
  recorder.add(queue);
  recorder.add({"collected_total", "Collected.", "counter", {}, {0x1p63, 1}});
}

void Program::series_that_end() {
  auto& family = registry.counter("ended_total", "Ended.", {"id"}, {.max_series = 2});
  auto& stale = family.with("removed");
  stale.inc(1'000);
  family.remove("removed");
  stale.inc(1'000);
  { auto scoped = family.scoped("scoped"); }
  for (const std::string id : {"1", "2", "3", "4"}) {
    auto& counter = family.with(id);
    const std::vector<double> values = id < "3" ? repeated({1}, 100) : repeated({1}, 50);
    if (id == "4") continue;
    const std::string shown = id < "3" ? id : "_overflow";
    recorder.add({"ended_total", "Ended.", "counter", {{"id", shown}}, values}, [&counter](double) { counter.inc(); });
  }
}

void Program::utf8_names() {
  auto& requests = registry
                       .counter("http.requests_total", "Dots.",
                                {"le.gal",
                                 "gr\xC3\xB6\xC3\x9F"
                                 "e"})
                       .with("a", "b");
  recorder.add({"http.requests_total",
                "Dots.",
                "counter",
                {{"le.gal", "a"},
                 {"gr\xC3\xB6\xC3\x9F"
                  "e",
                  "b"}},
                repeated({1}, 1000)},
               [&requests](double) { requests.inc(); });
  auto& gauge = registry.gauge("1 \"quoted\"\\", "Quotes.");
  recorder.add({"1 \"quoted\"\\", "Quotes.", "gauge", {}, {3}}, [&gauge](double v) { gauge.set(v); });
  const std::vector<double> bounds{0.5, 1};
  observe(registry.histogram("my.latency_seconds", "Dots.", {"a.b"}, Buckets{bounds}, {.unit = "seconds"}).with("x"),
          {"my.latency_seconds", "Dots.", "histogram", {{"a.b", "x"}}, {0.5, 0.75, 2}, "seconds", bounds});
  observe(registry.histogram("my.native", "Dots.", Native{}),
          {"my.native", "Dots.", "histogram", {}, {1, 2, 3}, {}, {}, Native{}});
  registry.state_set("my.mode", "Dots.", {"on", "off"}).set("on");
  recorder.add({.name = "my.mode", .help = "Dots.", .type = "stateset", .states = {{"on", true}, {"off", false}}});
  registry.info("my.build", "Dots.", {{"the.version", "1"}});
  recorder.add({"my.build_info", "Dots.", "info", {{"the.version", "1"}}});
}

}  // namespace vitals::test
