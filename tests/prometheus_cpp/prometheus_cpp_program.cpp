// Serves the same metrics twice, with vitals's endpoint and with prometheus-cpp's Exposer, for a real Prometheus:
// writes both ports to standard output and ends with its standard input.
#include <cmath>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/prometheus_cpp.hpp>
#include <vitals/vitals.hpp>

namespace {

const std::vector<std::string> kValues{
    "", "plain", "C:\\dir", "a \"quote\"", "two\nlines", "\xC3\xA9\xF0\x9F\x98\x80", "{a=\"b\"},#"};

void fill(vitals::Registry& ours) {
  auto& counters = ours.counter("our_requests_total", "Help \\ of\ntwo lines.", {"path", "code"});
  auto& histograms = ours.histogram("our_seconds", "H.", {"path"}, vitals::Buckets{0.005, 0.1, 1, 2.5, 1e6});
  for (const auto& value : kValues) {
    counters.with(value, "200").inc(1'234'567);
    histograms.with(value).observe(0.1);
    histograms.with(value).observe(1e9);
  }
  ours.gauge("our_level", "G.").set(1. / 3);
  ours.gauge("our_nan", "G.").set(std::nan(""));
  ours.gauge("our_infinity", "G.").set(-std::numeric_limits<double>::infinity());
  ours.gauge("our_smallest", "G.").set(std::numeric_limits<double>::denorm_min());
  ours.info("our_build", "I.", {{"version", "1.0"}});
  ours.keep_collector([](std::vector<vitals::FamilySnapshot>& out) {
    out.push_back({"our_phase", "", vitals::MetricType::StateSet, {{.states = {{"on", true}, {"off", false}}}}, {}});
    out.push_back({"our_queue",
                   "",
                   vitals::MetricType::GaugeHistogram,
                   {{.count = 3, .sum = 7, .buckets = {{1, 2}, {std::numeric_limits<double>::infinity(), 3}}}},
                   {}});
    out.push_back(
        {"our_wait", "", vitals::MetricType::Summary, {{.count = 2, .sum = 3, .quantiles = {{0.5, 1.5}}}}, {}});
    out.push_back({"our_untyped", "", vitals::MetricType::Untyped, {{.value = -1.5}}, {}});
  });
}

void fill(prometheus::Registry& theirs) {
  auto& counters = prometheus::BuildCounter().Name("their_total").Help("C.").Labels({{"zone", "a"}}).Register(theirs);
  auto& histograms = prometheus::BuildHistogram().Name("their_seconds").Help("H.").Register(theirs);
  auto& summaries = prometheus::BuildSummary().Name("their_wait").Help("S.").Register(theirs);
  for (const auto& value : kValues) {
    counters.Add({{"path", value}}).Increment(3'000'000.5);
    histograms.Add({{"path", value}}, std::vector<double>{0.1, 1, 1e6}).Observe(2);
    summaries.Add({{"path", value}}, prometheus::Summary::Quantiles{{0.5, 0.05}, {0.99, 0.001}}).Observe(2);
  }
  prometheus::BuildCounter().Name("their_lost").Help("Without its suffix.").Register(theirs).Add({}).Increment();
  prometheus::BuildGauge().Name("their_level").Help("G.").Register(theirs).Add({}).Set(-1e21);
  prometheus::BuildGauge().Name("their_empty").Help("No series.").Register(theirs);
}

}  // namespace

int main() {
  vitals::Registry ours;
  const auto theirs = std::make_shared<prometheus::Registry>();
  fill(ours);
  fill(*theirs);
  const auto ours_as_theirs = std::make_shared<vitals::PrometheusCppCollectable>(ours);
  // Of a registry of its own, so that the Exposer, which has theirs from theirs, doesn't have them from ours too.
  vitals::Registry both;
  both.keep_collector([&ours](std::vector<vitals::FamilySnapshot>& out) { out = ours.snapshot(); });
  const auto token = vitals::add_prometheus_cpp(both, theirs);

  vitals::Endpoint endpoint{both, {.address = "127.0.0.1", .port = 0}};
  prometheus::Exposer exposer{"127.0.0.1:0"};
  exposer.RegisterCollectable(ours_as_theirs);
  exposer.RegisterCollectable(theirs);

  std::cout << endpoint.port() << ' ' << exposer.GetListeningPorts().at(0) << std::endl;
  std::cin.get();
  return 0;
}
