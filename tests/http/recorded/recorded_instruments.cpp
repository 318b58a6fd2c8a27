// Counters, gauges, histograms and summaries, and label values.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "http/recorded/recorded_program.hpp"

namespace vitals::test {

namespace {

using namespace std::chrono_literals;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMax = std::numeric_limits<double>::max();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

std::string megabyte() {
  std::string out;
  while (out.size() < std::size_t{1} << 20) out += "value \"\\\n\xC3\xA4\xFF";
  return out;
}

}  // namespace

std::vector<double> repeated(const std::vector<double>& values, int times) {
  std::vector<double> out;
  for (int i = 0; i < times; ++i) out.insert(out.end(), values.begin(), values.end());
  return out;
}

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

}  // namespace vitals::test
