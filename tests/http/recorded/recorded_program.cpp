// Records with every instrument, serves two registries (the second has UTF-8 names) with an Endpoint each, writes what
// it recorded to standard output and ends with its standard input. With a 1 if lint_exposition() objects to a format.
#include "http/recorded/recorded_program.hpp"

#include <iostream>
#include <string>

#include <vitals/http/endpoint.hpp>
#include <vitals/http/scrape.hpp>
#include <vitals/lint.hpp>

namespace vitals::test {

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

namespace {

// What is so on purpose: infinities of both signs were observed.
bool is_known(const LintProblem& problem) {
  if (problem.severity == LintProblem::Severity::Warning) return problem.rule != "too-many-problems";
  return problem.rule == "sum-nan" && problem.metric.starts_with("piece_bytes");
}

// How many errors a reader finds who asks with this Accept header.
int lint(Registry& registry, const std::string& accept) {
  const ScrapeResponse response = scrape(registry, accept);
  const auto format = lint_format_of(response.content_type);
  if (!format) return 1;
  int errors = 0;
  for (const auto& problem : lint_exposition(response.body, *format)) {
    if (is_known(problem)) continue;
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
