#include "core/every_type.hpp"

#include <cmath>
#include <limits>
#include <string>

namespace vitals::test {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr UnixNanos kTime = 1'700'000'000'123'456'789;
constexpr UnixNanos kSecond = 1'000'000'000;

Exemplar trace(std::string id, double value, UnixNanos timestamp) {
  return {{{"trace_id", std::move(id)}}, value, timestamp};
}

FamilySnapshot counters() {
  return {"jobs_total",
          "Back\\slash, \"quotes\" and\nnew line.",
          MetricType::Counter,
          {{.labels = {{"path", "C:\\dir\\\"x\"\nnext\ttab\r"}},
            .value = 3,
            .exemplars = {trace("old", 1, kTime - kSecond), trace("new\"\\\n", 1, kTime)},
            .created = kTime,
            .whole = 3},
           {.labels = {{"path", "1e6"}}, .value = 1e6, .created = 1'700'000'000 * kSecond, .whole = 1'000'000},
           {.labels = {{"path", "half"}}, .value = 0.5, .exemplars = {{{}, 0.25, 0}}},
           {.labels = {{"path", "exact"}}, .value = 0x1p63, .whole = (std::uint64_t{1} << 63) + 1},
           {.labels = {{"path", "long"}}, .value = 1, .exemplars = {trace(std::string(121, 'x'), 1, kTime)}},
           {.labels = {{"path", "\xC3\xA4 \xFF"}}, .value = 1, .whole = 1},
           {.labels = {{"path", "negative"}}, .value = -1},
           {.labels = {{"path", "nan"}}, .value = std::nan("")},
           {.labels = {{"path", "inf"}}, .value = kInfinity}}};
}

FamilySnapshot gauges() {
  FamilySnapshot family{"temperature_celsius", "Edge values.", MetricType::Gauge, {}, "celsius"};
  for (const auto& [name, value] : {std::pair{"nan", std::nan("")},
                                    {"minus nan", -std::nan("")},
                                    {"inf", kInfinity},
                                    {"minus inf", -kInfinity},
                                    {"zero", 0.0},
                                    {"minus zero", -0.0},
                                    {"one", 1.0},
                                    {"minus one", -1.0},
                                    {"tenth", 0.1},
                                    {"1e6", 1e6},
                                    {"1e-5", 1e-5},
                                    {"1e21", 1e21},
                                    {"smallest", 5e-324},
                                    {"largest", 1.7976931348623157e308}})
    family.metrics.push_back({.labels = {{"case", name}}, .value = value});
  return family;
}

FamilySnapshot histograms() {
  MetricSnapshot usual{.labels = {{"route", "/a"}},
                       .count = 7,
                       .sum = 12.5,
                       .buckets = {{0.005, 1}, {0.5, 3}, {1, 3}, {10, 6}, {1e6, 6}, {kInfinity, 7}},
                       .created = kTime};
  usual.exemplars = {trace("on the bound", 0.5, kTime), trace("older", 0.1, kTime - 1),
                     trace("seven", 7, 1'700'000'000 * kSecond), trace("beyond", 2e6, kTime + kSecond / 2),
                     trace("nan", std::nan(""), kTime)};
  MetricSnapshot torn{.labels = {{"route", "torn"}}, .count = 5, .sum = 2.5};
  torn.buckets = {{1, 3}, {2, 2}, {2, 9}, {std::nan(""), 4}, {kInfinity, 4}};
  return {"latency_seconds",
          "Histograms.",
          MetricType::Histogram,
          {usual, torn, {.labels = {{"route", "nothing"}}}},
          "seconds"};
}

// A family of their own: Prometheus 2.42 takes a whole family for what its first series is.
FamilySnapshot native_histograms() {
  MetricSnapshot native{.labels = {{"kind", "native"}}, .count = 9, .sum = 31, .created = kTime};
  native.native = {.schema = 3,
                   .zero_threshold = 0x1p-128,
                   .zero_count = 1,
                   .positive = {{-3, 1}, {-1, 2}, {2, 1}, {10, 1}},
                   .negative = {{5, 2}, {6, 1}},
                   .present = true};
  native.exemplars = {trace("timed", 0.9, kTime), {{}, 0.9, 0}};
  MetricSnapshot empty{.labels = {{"kind", "empty"}}};
  empty.native = {.schema = 0, .present = true};
  MetricSnapshot both{.labels = {{"kind", "both"}}, .count = 2, .sum = 3, .buckets = {{1, 1}, {kInfinity, 2}}};
  both.native = {.schema = 0, .zero_threshold = 0x1p-128, .positive = {{0, 1}, {1, 1}}, .present = true};
  both.exemplars = {trace("in both", 2, kTime)};
  return {"size_bytes", "Native histograms.", MetricType::Histogram, {native, empty, both}, "bytes"};
}

FamilySnapshot negative_histograms() {
  return {
      "offset",
      "",
      MetricType::Histogram,
      {{.labels = {{"case", "negative bound"}}, .count = 2, .sum = -0.5, .buckets = {{-1, 1}, {0, 2}, {kInfinity, 2}}},
       {.labels = {{"case", "negative sum"}}, .count = 1, .sum = -2, .buckets = {{1, 1}, {kInfinity, 1}}},
       {.labels = {{"case", "sum of nan"}}, .count = 1, .sum = std::nan(""), .buckets = {{kInfinity, 1}}}}};
}

FamilySnapshot gauge_histograms() {
  return {"queue_bytes",
          "What waits.",
          MetricType::GaugeHistogram,
          {{.labels = {{"queue", "a"}},
            .count = 3,
            .sum = 30,
            .buckets = {{10, 2}, {kInfinity, 3}},
            .exemplars = {trace("big", 20, kTime)}},
           {.labels = {{"queue", "b"}}, .count = 0, .sum = 0, .buckets = {{10, 0}, {kInfinity, 0}}}},
          "bytes"};
}

FamilySnapshot summaries() {
  return {"wait_seconds",
          "Summaries.",
          MetricType::Summary,
          {{.count = 2, .sum = 3, .quantiles = {{0.5, 1.5}, {0.99, std::nan("")}, {1, 2}}, .created = kTime},
           {.labels = {{"case", "negative"}}, .count = 1, .sum = -1, .quantiles = {{0.5, -1}}}},
          "seconds"};
}

std::vector<FamilySnapshot> utf8_names() {
  MetricSnapshot histogram{.labels = {{"a.b", "1"}}, .count = 2, .sum = 1.5, .buckets = {{1, 1}, {kInfinity, 2}}};
  histogram.exemplars = {{{{"trace.id", "x"}}, 0.5, kTime}};
  return {{"http.requests_total", "A counter.", MetricType::Counter, {{.labels = {{"le.gal", "a"}}, .value = 1}}},
          {"my.latency_seconds", "A histogram.", MetricType::Histogram, {histogram}, "seconds"},
          {"1 \xC3\xA4\"\\\n\xFF", "Quotes.", MetricType::Gauge, {{.value = 1}}},
          {"my.phase", "A state set.", MetricType::StateSet, {{.states = {{"on", true}}}}},
          {"my.build_info", "An info.", MetricType::Info, {{.labels = {{"version", "1"}}}}}};
}

}  // namespace

std::vector<FamilySnapshot> every_type() {
  std::vector<FamilySnapshot> families{
      counters(),
      {"lost",
       "A counter that lacks its suffix.",
       MetricType::Counter,
       {{.value = 1, .exemplars = {trace("a", 1, 1)}}}},
      gauges(),
      {"no_such_unit", "A unit that the name lacks.", MetricType::Gauge, {{.value = 1}}, "seconds"},
      histograms(),
      native_histograms(),
      negative_histograms(),
      gauge_histograms(),
      summaries(),
      {"build_info", "An info.", MetricType::Info, {{.labels = {{"instance", "a"}, {"version", "1.0"}}}}},
      {"phase",
       "A state set.",
       MetricType::StateSet,
       {{.labels = {{"job", "x"}}, .states = {{"run\"ning", true}, {"done", false}}}}},
      {"a:phase", "A name that no label has.", MetricType::StateSet, {{.states = {{"on", true}}}}},
      {"old", "Untyped.", MetricType::Untyped, {{.value = -1.5}}},
      {"empty_family", "Not shown.", MetricType::Gauge, {}}};
  const auto more = utf8_names();
  families.insert(families.end(), more.begin(), more.end());
  return families;
}

}  // namespace vitals::test
