// Records with every instrument, serves two registries (the second has UTF-8 names) with an Endpoint each, writes what
// it recorded to standard output and ends with its standard input. With a 1 if lint_exposition() objects to a format.
#include <chrono>
#include <cmath>
#include <iostream>
#include <limits>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/http/endpoint.hpp>
#include <vitals/http/scrape.hpp>
#include <vitals/lint.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "http/recorder.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMax = std::numeric_limits<double>::max();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
constexpr std::string_view kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view kSpanId = "00f067aa0ba902b7";

bool is_traced = false;

bool current_trace(TraceContext& trace, void*) noexcept {
  kTraceId.copy(trace.trace_id, sizeof trace.trace_id);
  kSpanId.copy(trace.span_id, sizeof trace.span_id);
  return is_traced;
}

std::vector<double> repeated(std::vector<double> values, int times) {
  std::vector<double> out;
  for (int i = 0; i < times; ++i) out.insert(out.end(), values.begin(), values.end());
  return out;
}

std::string megabyte() {
  std::string out;
  while (out.size() < std::size_t{1} << 20) out += "value \"\\\n\xC3\xA4\xFF";
  return out;
}

struct Program {
  Program(std::vector<Label> constant, bool utf8_names)
      : labels{std::move(constant)},
        registry{
            {.labels = labels, .utf8_names = utf8_names, .clock = &clock, .trace_source = {current_trace, nullptr}}} {}

  void counters();
  void gauges();
  void label_values();
  void histograms();
  void native_histograms();
  void both_histograms();
  void observe(Histogram& histogram, Recorded recorded) {
    recorder.add(std::move(recorded), [&histogram](double v) { histogram.observe(v); });
  }
  void summaries();
  void other_types();
  void callbacks();
  void collector();
  void series_that_end();
  void utf8_names();
  void record();
  void counter_exemplars();
  void histogram_exemplars();
  void native_exemplars();
  // Once the exemplar is there, time goes on.
  Exemplar now(std::vector<Label> exemplar, double value) { return {std::move(exemplar), value, clock.unix_nanos()}; }
  void pass() { clock.advance(1250ms); }

  std::vector<Label> labels;
  vitals::testing::FakeClock clock;
  Registry registry;
  Recorder recorder;
  std::list<CollectorToken> tokens;
  std::vector<std::pair<Summary*, Recorded*>> summaries_read;
};

void Program::counters() {
  auto& plain = registry.counter("events_total", "Events\\ of \"two\"\nlines, \xC3\xA4 and \xFF.");
  recorder.add({"events_total", "Events\\ of \"two\"\nlines, \xC3\xA4 and \xFF.", "counter", {}, repeated({1}, 40'000)},
               [&plain](double) { plain.inc(); });
  const std::string help = "Sent.";
  auto& family = registry.counter("sent_bytes", help, {"kind"}, {.unit = "bytes"});
  const auto add = [&](const std::string& kind, std::vector<double> values) {
    auto& counter = family.with(kind);
    recorder.add({"sent_bytes_total", help, "counter", {{"kind", kind}}, std::move(values), "bytes"},
                 [&counter](double v) { counter.add(v); });
  };
  add("nothing", {});
  add("fraction", repeated({0.5, 0.125, 3}, 1000));
  add("third", {1. / 3});
  add("above 2^53", {0x1p53, 1});
  add("odd above 2^53", {0x1p53, 3});
  add("almost 2^64", {0x1p63, 0x1p62, 0x1p61, 2047});
  add("tiny", {kSmallest, kSmallest});
}

void Program::gauges() {
  auto& family = registry.gauge("level_celsius", "Level.", {"case"}, {.unit = "celsius"});
  int n = 0;
  for (const double v : {0.0,        -0.0,         1.0,           -1.0,      0.1,        -1e-5,      1e-4,   1e5,
                         1e6,        123456789.0,  1e15,          1e16,      1e21,       0x1p53 + 2, 1. / 3, kInfinity,
                         -kInfinity, std::nan(""), -std::nan(""), kSmallest, -kSmallest, 1e-310,     kMax,   -kMax}) {
    auto& gauge = family.with(n);
    recorder.add({"level_celsius", "Level.", "gauge", {{"case", std::to_string(n++)}}, {v}, "celsius"},
                 [&gauge](double value) { gauge.set(value); });
  }
  auto& sum = registry.gauge("balance", "Ups and downs.");
  recorder.add({"balance", "Ups and downs.", "sum", {}, repeated({1.5, -2.25, 7, -3}, 5000)},
               [&sum](double v) { sum.add(v); });
  auto& held = registry.gauge("held", "Held at times.");
  recorder.add({"held", "Held at times.", "sum", {}, repeated({0}, 4000)},
               [&held](double) { const auto in = held.track(); });
}

void Program::label_values() {
  auto& family = registry.gauge("labelled", "Label values.", {"case", "value"});
  std::vector<std::string> values{"",
                                  "\\",
                                  "\"",
                                  "\n",
                                  "\\n",
                                  "\\\\n",
                                  "\\\"",
                                  "\n\n",
                                  " ",
                                  "{a=\"b\"} 1 # {c=\"d\"} 2",
                                  "\xEF\xBB\xBF",
                                  "\xF0\x9F\x98\x80",
                                  "\xE2\x82",
                                  "\xED\xA0\x80",
                                  "\xF5\x80\x80\x80",
                                  "\xC0\xAF",
                                  "a\xE2\x82z",
                                  megabyte()};
  for (int c = 0; c < 256; ++c) values.push_back({static_cast<char>(c)});
  int n = 0;
  for (const auto& value : values) {
    auto& gauge = family.with(n, value);
    recorder.add({"labelled",
                  "Label values.",
                  "gauge",
                  {{"case", std::to_string(n)}, {"value", value}},
                  {static_cast<double>(n)}},
                 [&gauge](double v) { gauge.set(v); });
    ++n;
  }
}

void Program::histograms() {
  auto& plain = registry.histogram("took_seconds", "Took.", Buckets::latency(), {.unit = "seconds"});
  const auto bounds = Buckets::latency();
  observe(plain, {"took_seconds",
                  "Took.",
                  "histogram",
                  {},
                  repeated({0.25, 0.0009765625, 0.0625, 40}, 5000),
                  "seconds",
                  {bounds.bounds().begin(), bounds.bounds().end()}});
  const std::vector<double> sizes{kSmallest, 1e-5, 0.1, 1, 2.5, 1e5, 1e6, 123456789, 1e15, 1e16, 1e21, kMax};
  auto& family = registry.histogram("piece_bytes", "Pieces.", {"case"}, Buckets{sizes});
  const auto add = [&](const std::string& name, std::vector<double> values) {
    observe(family.with(name), {"piece_bytes", "Pieces.", "histogram", {{"case", name}}, std::move(values), {}, sizes});
  };
  add("nothing", {});
  add("on bounds", {1, 2.5, 1e5, 1e6, 123456789});
  add("one tenth", {0.1});
  add("largest", {kMax, 0});
  add("infinite", {kInfinity, 1});
  add("negative", {-0.5, 0.25});
  add("minus infinity", {-kInfinity, 1});
  add("nan", {-kInfinity, kInfinity});
  const std::vector<double> shifts{-1e6, -1, -0.5, 0, 1};
  observe(registry.histogram("shift", "Below zero.", Buckets{shifts}),
          {"shift", "Below zero.", "histogram", {}, repeated({-1, -0.5, 0, 1, 8, -0x1p40}, 100), {}, shifts});
}

void Program::native_histograms() {
  auto& family = registry.histogram("native_seconds", "Native.", {"case"}, Native{}, {.unit = "seconds"});
  const auto add = [&](const std::string& name, std::vector<double> values) {
    observe(family.with(name),
            {"native_seconds", "Native.", "histogram", {{"case", name}}, std::move(values), "seconds", {}, Native{}});
  };
  add("nothing", {});
  add("zeros", {0, -0.0, 0x1p-128, -0x1p-128});
  add("both signs", repeated({1, 2, 0.5, -1, -2, 1.0625, -3, 3.25, 100, 0, 0x1p-20, 0.28125}, 2000));
  add("a hundred buckets", [] {
    std::vector<double> values;
    for (int i = 0; i < 25; ++i)
      values.insert(values.end(), {std::ldexp(1, i), std::ldexp(3, -i), -std::ldexp(5, i), -std::ldexp(7, -i)});
    return values;
  }());
  add("extremes", {0x1.0000000000001p-128, kMax, kInfinity});
  add("negative extremes", {-kMax, -kInfinity, -0x1.8p-128});
  int n = 0;
  for (const Native native :
       {Native{.factor = 1.005}, Native{.factor = 1.5, .zero_threshold = 0}, Native{.factor = 2}, Native{.factor = 300},
        Native{.factor = 65536}, Native{.factor = 1.1, .zero_threshold = 1}, Native{.factor = 1.1, .max_buckets = 7}}) {
    const std::string name = "native_" + std::to_string(++n) + "_bytes";
    observe(registry.histogram(name, "Native.", native),
            {name,
             "Native.",
             "histogram",
             {},
             repeated({0.5, 1, 1.5, 2, 3, 4, 5, 8, 16, 100, 1e6, -1, -48, 0}, 300),
             {},
             {},
             native});
  }
  const Native exact{.factor = 1.5, .zero_threshold = 0};
  observe(registry.histogram("smallest", "Subnormal.", exact),
          {"smallest", "Subnormal.", "histogram", {}, {kSmallest, 4 * kSmallest, -1e-310}, {}, {}, exact});
}

void Program::both_histograms() {
  const std::vector<double> bounds{0.5, 1, 10};
  observe(registry.histogram("both_seconds", "Both kinds.", {"case"}, Buckets{bounds}, Native{}).with("busy"),
          {"both_seconds",
           "Both kinds.",
           "histogram",
           {{"case", "busy"}},
           repeated({0.5, 0.75, 1, 9, 11, 0}, 2000),
           {},
           bounds,
           Native{}});
}

void Program::summaries() {
  auto& family = registry.summary("wait_seconds", "Waits.", {"case"}, {.quantiles = {0, 0.5, 0.99, 1}, .window = 1h});
  const auto add = [&](const std::string& name, const std::vector<double>& values) {
    auto& summary = family.with(name);
    auto& recorded = recorder.add({"wait_seconds", "Waits.", "summary", {{"case", name}}, values},
                                  [&summary](double v) { summary.observe(v); });
    summaries_read.emplace_back(&summary, &recorded);
  };
  add("nothing", {});
  add("usual", repeated({0.5, 2, 8, 0.25, 1024, 0}, 1000));
  add("negative", {-1, -2, 0.5});
  add("infinite", {1, kInfinity});
}

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

void Program::counter_exemplars() {
  const std::string help = "Given and from traces.";
  auto& counter = registry.counter("traced_total", help, {"case"}, {.exemplars = true});
  auto& given = counter.with("given");
  const std::vector<Label> odd{{"trace_id", "\"\n\xC3\xA4"}, {"empty", ""}};
  given.inc(1, {{"trace_id", "old"}});
  pass();
  recorder.add({"traced_total", help, "counter", {{"case", "given"}}, {1, 2.5}}).exemplars = {now(odd, 2.5)};
  given.inc(2.5, {{odd[0].name, odd[0].value}, {odd[1].name, odd[1].value}});
  pass();
  const std::string longest(120, 'x');
  recorder.add({"traced_total", help, "counter", {{"case", "longest"}}, {3}}).exemplars = {
      now({{"trace_id", longest}}, 3)};
  counter.with("longest").inc(3, {{"trace_id", longest}});
  pass();
  is_traced = true;
  const Exemplar traced = now({{"trace_id", std::string{kTraceId}}, {"span_id", std::string{kSpanId}}}, 1);
  recorder.add({"traced_total", help, "counter", {{"case", "trace"}}, {1, 1}}).exemplars = {traced};
  counter.with("trace").inc();
  counter.with("trace").inc();  // too soon for another
  pass();
  is_traced = false;
  recorder.add({"traced_total", help, "counter", {{"case", "untraced"}}, {1}});
  counter.with("untraced").inc();
}

void Program::histogram_exemplars() {
  const std::string help = "Traced.";
  const std::vector<double> bounds{1, 2.5, 1e6};
  auto& family = registry.histogram("traced_seconds", help, {"case"}, Buckets{bounds}, {.exemplars = true});
  auto& given =
      recorder.add({"traced_seconds", help, "histogram", {{"case", "given"}}, {0.5, 1, 1.5, 2e6}, {}, bounds});
  auto& trace = recorder.add({"traced_seconds", help, "histogram", {{"case", "trace"}}, {0.25, 0.5, 2, 4}, {}, bounds});
  for (const double v : given.values) {
    given.exemplars.push_back(now({{"trace_id", "given"}, {"span_id", std::to_string(v)}}, v));
    family.with("given").observe(v, {{"trace_id", "given"}, {"span_id", std::to_string(v)}});
    pass();
  }
  for (const double v : trace.values) {
    is_traced = v != 0.5 && v != 4;
    if (is_traced)
      trace.exemplars.push_back(now({{"trace_id", std::string{kTraceId}}, {"span_id", std::string{kSpanId}}}, v));
    family.with("trace").observe(v);
    pass();
  }
  is_traced = false;
}

void Program::native_exemplars() {
  const std::vector<double> bounds{1, 10};
  auto& both = registry.histogram("traced_both", "Traced.", Buckets{bounds}, Native{});
  auto& in_both = recorder.add({"traced_both", "Traced.", "histogram", {}, {0.5, 4, 32}, {}, bounds, Native{}});
  auto& native = registry.histogram("traced_native", "Traced.", Native{});
  auto& in_native = recorder.add({"traced_native", "Traced.", "histogram", {}, {1, 16, 256, 4096}, {}, {}, Native{}});
  const auto observe_all = [&](Histogram& histogram, Recorded& recorded) {
    for (const double v : recorded.values) {
      recorded.exemplars.push_back(now({{"trace_id", std::to_string(v)}}, v));
      histogram.observe(v, {{"trace_id", std::to_string(v)}});
      pass();
    }
  };
  observe_all(both, in_both);
  observe_all(native, in_native);
}

void Program::record() {
  collector();
  recorder.run();
  for (auto& [summary, recorded] : summaries_read) {
    const SummarySnapshot snapshot = summary->snapshot();
    for (const double q : {0., 0.5, 0.99, 1.}) recorded->quantiles.push_back({q, snapshot.quantile(q)});
  }
  counter_exemplars();
  histogram_exemplars();
  native_exemplars();
}

// What is so on purpose: infinities of both signs were observed, and text can say a gauge histogram only by buckets and
// two gauges.
bool is_known(const LintProblem& problem, LintFormat format) {
  if (problem.severity == LintProblem::Severity::Warning) return problem.rule != "too-many-problems";
  if (problem.rule == "sum-nan") return problem.metric.starts_with("piece_bytes");
  return (format == LintFormat::Text || format == LintFormat::Text1) && problem.metric.starts_with("queue_bytes") &&
         (problem.rule == "histogram-sum-missing" || problem.rule == "histogram-count-missing");
}

// How many errors a reader finds who asks with this Accept header.
int lint(Registry& registry, const std::string& accept) {
  const ScrapeResponse response = scrape(registry, accept);
  const auto format = lint_format_of(response.content_type);
  if (!format) return 1;
  int errors = 0;
  for (const auto& problem : lint_exposition(response.body, *format)) {
    if (is_known(problem, *format)) continue;
    std::cerr << accept << ": " << problem.line << ": " << problem.rule << ": " << problem.message << '\n';
    ++errors;
  }
  return errors;
}

int lint(Registry& registry) {
  int errors = 0;
  for (const std::string escaping : {"", ";escaping=allow-utf-8", ";escaping=dots", ";escaping=values"}) {
    for (const std::string type :
         {"text/plain;version=0.0.4", "text/plain;version=1.0.0", "application/openmetrics-text;version=1.0.0",
          "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"})
      errors += lint(registry, type + escaping);
  }
  return errors;
}

int run() {
  Program plain{{{"zone", "eu \"1\"\\\n"}, {"empty", ""}}, false};
  plain.counters();
  plain.gauges();
  plain.label_values();
  plain.histograms();
  plain.native_histograms();
  plain.both_histograms();
  plain.summaries();
  plain.other_types();
  plain.callbacks();
  plain.series_that_end();
  plain.record();
  Program utf8{{{"the.zone", "eu"}}, true};
  utf8.utf8_names();
  utf8.record();

  Endpoint endpoint{plain.registry, {.address = "127.0.0.1", .port = 0}};
  Endpoint utf8_endpoint{utf8.registry, {.address = "127.0.0.1", .port = 0}};
  const int errors = lint(plain.registry) + lint(utf8.registry);
  const auto json = [](const Program& program, const Endpoint& of) {
    return "{\"port\":" + std::to_string(of.port()) + ",\"labels\":" + Recorder::json(program.labels) +
           ",\"series\":" + program.recorder.json() + '}';
  };
  std::cout << '[' << json(plain, endpoint) << ',' << json(utf8, utf8_endpoint) << ']' << std::endl;
  std::cin.get();
  return errors == 0 ? 0 : 1;
}

}  // namespace
}  // namespace vitals::test

int main() { return vitals::test::run(); }
