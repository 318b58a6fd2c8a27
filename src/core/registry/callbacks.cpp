#include "core/registry/callbacks.hpp"

#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/samples.hpp>

#include "core/series/given_labels.hpp"
#include "core/text/refuse.hpp"

namespace vitals::detail {

namespace {

// What the counters of a callback were at the last scrape, by their labels. Not thread-safe.
class Counted {
 public:
  void check(const FamilySnapshot& family) {
    if (family.type != MetricType::Counter) return;
    std::map<std::string, double> now;
    bool good = true;
    for (const MetricSnapshot& metric : family.metrics) {
      std::string key;
      for (const Label& label : metric.labels)
        key += label.name + ':' + std::to_string(label.value.size()) + ':' + label.value;
      const auto before = before_.find(key);
      good = good && metric.value >= (before == before_.end() ? 0 : before->second);
      if (metric.value >= 0) now.insert_or_assign(std::move(key), metric.value);
    }
    before_ = std::move(now);
    if (!good) throw std::domain_error{"vitals: a counter fell, is negative or NaN"};
  }

 private:
  std::map<std::string, double> before_;
};

}  // namespace

void add_sample(SampleSink& sink, double value, const std::string_view* values) {
  auto& metric = sink.family.metrics.emplace_back();
  metric.value = value;
  for (const std::string& name : sink.labels.names()) metric.labels.push_back({name, std::string{*values++}});
}

void add_sample(SampleSink& sink, double value, const GivenLabel* labels, std::size_t n) {
  const std::span given{labels, n};
  MetricSnapshot metric{.value = value};
  const auto add = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) metric.labels.push_back({std::string{name}, std::string{text}});
  };
  if (sink.labels.is_any()) {
    const SortedLabels sorted{sink.family.name, given};
    for (const auto& [name, text] : sorted.views()) add(name, text);
  } else {
    with_ordered_values(sink.family.name, sink.labels.names(), given, [&](const std::string_view* values) {
      for (const std::string& name : sink.labels.names()) add(name, *values++);
    });
  }
  sink.family.metrics.push_back(std::move(metric));
}

Collector::Function collect_one(FamilySnapshot family, std::function<double()> callback) {
  if (!callback) refuse(family.name, "the callback is empty; give a function");
  family.metrics.resize(1);
  return [family = std::move(family), callback = std::move(callback), counted = Counted{}](auto& out) mutable {
    family.metrics.front().value = callback();
    counted.check(family);
    out.push_back(family);
  };
}

Collector::Function collect_each(FamilySnapshot family, LabelNames labels, std::function<void(SampleSink&)> callback) {
  if (!callback) refuse(family.name, "the callback is empty; give a function");
  return [family = std::move(family), labels = std::move(labels), callback = std::move(callback),
          counted = Counted{}](auto& out) mutable {
    FamilySnapshot now = family;
    SampleSink sink{now, labels};
    callback(sink);
    counted.check(now);
    out.push_back(std::move(now));
  };
}

}  // namespace vitals::detail
