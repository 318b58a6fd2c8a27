#include "core/registry/exposition.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <locale>
#include <new>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/every_type.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/golden.hpp"
#include "core/instruments/access.hpp"

namespace vitals {
namespace {

using test::golden;

std::string exposed(const std::vector<FamilySnapshot>& families, const Exposition& how) {
  std::string out;
  expose(families, how, out);
  return out;
}

std::string number(double v) {
  std::string out;
  detail::append_number(out, v);
  return out;
}

void fill(Registry& registry) {
  registry.counter("requests_total", "Back\\slash, \"quotes\" and\nnew line.", {"path", "status"})
      .with("C:\\dir\\\"x\"\nnext\ttab\r", 200)
      .inc(3);
  registry.counter("requests_total", "Back\\slash, \"quotes\" and\nnew line.", {"path", "status"}).with("", "").inc();
  registry.counter("cpu_seconds_total", "Fractions.").add(0.1);
  auto& temperature = registry.gauge("temperature_celsius", "Edge values.", {"case"});
  temperature.with("nan").set(std::nan(""));
  temperature.with("minus nan").set(std::copysign(std::nan(""), -1));
  temperature.with("inf").set(std::numeric_limits<double>::infinity());
  temperature.with("minus inf").set(-std::numeric_limits<double>::infinity());
  temperature.with("minus zero").set(-0.0);
  temperature.with("smallest").set(5e-324);
  temperature.with("largest").set(1.7976931348623157e308);
  auto& latency =
      registry.histogram("latency_seconds", "With labels.", {"route"}, Buckets{0.0001, 0.5, 1, 100000, 1e6});
  for (const double v : {0.00005, 0.25, 0.5, 2.0, 5e5, 5e6}) latency.with("/a").observe(v);
  latency.with("/never");
  registry.histogram("plain", "Without labels.", Buckets{-1, 0}).observe(-0.5);
  registry.info("build", "A constant.", {{"version", "1.0"}});
}

TEST(Text, IsTheGoldenFileByteForByte) {
  Registry registry;
  fill(registry);

  EXPECT_EQ(to_text(registry), golden("exposition.prom"));
}

// Another decimal point, and digits in groups: neither the C nor the C++ locale may reach the wire.
TEST(Text, IsTheSameInAnyLocale) {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale{std::locale::classic(), new Comma});
  Registry registry;
  fill(registry);
  const std::string text = to_text(registry);
  std::locale::global(before);

  EXPECT_EQ(text, golden("exposition.prom"));
}

TEST(Text, NumbersAreWhatGoPrints) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(-0.0), "-0");
  EXPECT_EQ(number(1), "1");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(100000), "100000");
  EXPECT_EQ(number(1e6), "1e+06");
  EXPECT_EQ(number(123456789), "1.23456789e+08");
  EXPECT_EQ(number(0.0001), "0.0001");
  EXPECT_EQ(number(0.00001), "1e-05");
  EXPECT_EQ(number(1e21), "1e+21");
  EXPECT_EQ(number(std::nan("")), "NaN");
  EXPECT_EQ(number(INFINITY), "+Inf");
  EXPECT_EQ(number(-INFINITY), "-Inf");
}

TEST(Text, NumbersReadBackAsTheSameDouble) {
  std::mt19937_64 random{1};
  for (int i = 0; i < 100'000; ++i) {
    const double v = std::bit_cast<double>(random());
    if (std::isnan(v)) continue;
    ASSERT_EQ(std::strtod(number(v).c_str(), nullptr), v);
  }
}

TEST(Text, RendersForeignHistogramsAndSummaries) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Registry registry;
  registry.keep_collector([](std::vector<FamilySnapshot>& out) {
    out.push_back({"h",
                   "H.",
                   MetricType::Histogram,
                   {{.labels = {{"x", "1"}}, .count = 5, .sum = 2.5, .buckets = {{1, 3}, {2, 3}, {kInfinity, 5}}}}});
    out.push_back({"s", "S.", MetricType::Summary, {{.count = 2, .sum = 3, .quantiles = {{0.5, 1.5}, {0.99, 2}}}}});
    out.push_back({"u", "U.", MetricType::Untyped, {{.value = 1}}});
  });

  EXPECT_EQ(to_text(registry),
            "# HELP h H.\n# TYPE h histogram\n"
            "h_bucket{x=\"1\",le=\"1\"} 3\nh_bucket{x=\"1\",le=\"2\"} 3\nh_bucket{x=\"1\",le=\"+Inf\"} 5\n"
            "h_sum{x=\"1\"} 2.5\nh_count{x=\"1\"} 5\n"
            "# HELP s S.\n# TYPE s summary\ns{quantile=\"0.5\"} 1.5\ns{quantile=\"0.99\"} 2\ns_sum 3\ns_count 2\n"
            "# HELP u U.\n# TYPE u untyped\nu 1\n");
}

TEST(Text, SaysEveryTypeByteForByte) {
  const auto families = test::every_type();

  EXPECT_EQ(exposed(families, {}), golden("every_type.prom"));
  EXPECT_EQ(exposed(families, {.escaping = Escaping::Utf8, .version_1 = true}), golden("every_type_1.prom"));
}

TEST(Text, EscapesNamesAsAsked) {
  const std::vector<FamilySnapshot> families{
      {"a.b_c", "", MetricType::Gauge, {{.labels = {{"x.y_z", "1"}, {"legal_1", "2"}}, .value = 1}}}};
  const auto line = [&](Escaping escaping) {
    const std::string text = exposed(families, {.escaping = escaping});
    return text.substr(text.rfind('\n', text.size() - 2) + 1);
  };

  EXPECT_EQ(line(Escaping::Underscores), "a_b_c{x_y_z=\"1\",legal_1=\"2\"} 1\n");
  EXPECT_EQ(line(Escaping::Dots), "a_dot_b__c{x_dot_y__z=\"1\",legal_1=\"2\"} 1\n");
  EXPECT_EQ(line(Escaping::Values), "U__a_2e_b__c{U__x_2e_y__z=\"1\",legal_1=\"2\"} 1\n");
  EXPECT_EQ(line(Escaping::Utf8), "{\"a.b_c\",\"x.y_z\"=\"1\",legal_1=\"2\"} 1\n");
}

TEST(Exposition, ReplacesAndReusesTheBuffer) {
  Registry registry;
  fill(registry);
  std::string out(100'000, 'x');
  const char* const memory = out.data();

  for (const auto format : {Format::Text, Format::OpenMetrics, Format::Protobuf, Format::Text})
    expose(registry, {.format = format}, out);

  EXPECT_EQ(out, to_text(registry));
  EXPECT_EQ(out.data(), memory);
}

TEST(Exposition, InPiecesIsTheSame) {
  Registry registry;
  fill(registry);
  auto& counters = registry.counter("many_total", "Many.", {"i"}, {.max_series = 30'000});
  for (int i = 0; i < 20'000; ++i) counters.with(i).inc(static_cast<std::uint64_t>(i));
  auto& histograms = registry.histogram("spread", "Histograms.", {"i"}, Buckets{1, 2, 3});
  for (int i = 0; i < 5'000; ++i) histograms.with(i).observe(2);
  for (int i = 0; i < 5'000; ++i) registry.gauge("few_" + std::to_string(i), "A family of one.").set(i);
  for (const Format format : {Format::Text, Format::OpenMetrics, Format::Protobuf}) {
    std::string pieces;
    std::size_t n = 0;

    detail::expose(detail::Access::state(registry), {.format = format}, [&](std::string_view piece) {
      pieces += piece;
      ++n;
    });

    std::string whole;
    expose(registry, {.format = format}, whole);
    EXPECT_TRUE(pieces == whole);
    EXPECT_GT(n, format == Format::Protobuf ? 3U : 10U);
  }
}

struct Keeping : detail::PieceStore {
  void keep(std::string piece) override {
    EXPECT_LT(piece.capacity(), 3 * detail::kPieceBytes);
    kept += piece;
    ++n;
  }
  void give(const detail::PieceSink& sink) override { sink(std::exchange(kept, {})); }

  std::string kept;
  int n = 0;
};

TEST(Exposition, BeginningOfALargeFamilyOfProtobufGoesToTheStore) {
  Registry registry;
  const std::string value(200, 'x');
  registry.gauge("a", "A.").set(1);
  auto& gauges = registry.gauge("many", "M.", {"i"}, {.max_series = 200'000});
  auto& histograms = registry.histogram("spread", "S.", {"i"}, Buckets{1, 2, 3}, {.max_series = 100'000});
  for (int i = 0; i < 120'000; ++i) gauges.with(value + std::to_string(i)).set(i);
  for (int i = 0; i < 50'000; ++i) histograms.with(value + std::to_string(i)).observe(1);
  registry.gauge("z", "Z.").set(1);
  Keeping store;
  std::string pieces;

  detail::expose(
      detail::Access::state(registry), {.format = Format::Protobuf}, [&](std::string_view piece) { pieces += piece; },
      {}, &store);

  EXPECT_TRUE(pieces == to_protobuf(registry));
  EXPECT_GE(store.n, 3);
  EXPECT_EQ(store.kept, "");
}

TEST(Exposition, PassesOnWhatItsSinkThrows) {
  Registry registry;
  registry.gauge("a", "A.").set(1);
  const auto refuse = [](std::string_view) { throw std::bad_alloc{}; };

  EXPECT_THROW(detail::expose(detail::Access::state(registry), {}, refuse), std::bad_alloc);

  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na 1\n");
}

TEST(Exposition, OfNothingIsNothing) {
  Registry registry;

  EXPECT_EQ(to_text(registry), "");
  EXPECT_EQ(to_openmetrics(registry), "# EOF\n");
  EXPECT_EQ(to_protobuf(registry), "");
}

TEST(Exposition, ContentTypesAreThoseThatPrometheusReads) {
  EXPECT_EQ(content_type({}), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(content_type({.escaping = Escaping::Utf8, .version_1 = true}),
            "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
  EXPECT_EQ(content_type({.format = Format::OpenMetrics, .escaping = Escaping::Dots}),
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=dots");
  EXPECT_EQ(content_type({.format = Format::Protobuf, .escaping = Escaping::Values}),
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
            "escaping=values");
}

}  // namespace
}  // namespace vitals
