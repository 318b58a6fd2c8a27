// Exemplars, given and from traces.
#include <string>
#include <string_view>

#include "http/recorded/recorded_program.hpp"

namespace vitals::test {

namespace {

constexpr std::string_view kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view kSpanId = "00f067aa0ba902b7";

bool is_traced = false;

bool current_trace(TraceContext& trace, void*) noexcept {
  kTraceId.copy(trace.trace_id, sizeof trace.trace_id);
  kSpanId.copy(trace.span_id, sizeof trace.span_id);
  return is_traced;
}

}  // namespace

Program::Program(std::vector<Label> constant, bool utf8_names)
    : labels{std::move(constant)},
      registry{
          {.labels = labels, .utf8_names = utf8_names, .clock = &clock, .trace_source = {current_trace, nullptr}}} {}

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

}  // namespace vitals::test
