#include "core/registry/callbacks.hpp"

#include <map>
#include <stdexcept>
#include <utility>

#include <vitals/samples.hpp>

#include "core/text/refuse.hpp"

namespace vitals::detail {

namespace {

// What the counters of a callback were at the last scrape, by the values of their labels. Not thread-safe.
class Counted {
 public:
  void check(const FamilySnapshot& family) {
    if (family.type != MetricType::Counter) return;
    std::map<std::string, double> now;
    bool good = true;
    for (const MetricSnapshot& metric : family.metrics) {
      std::string key;
      for (const Label& label : metric.labels) key += std::to_string(label.value.size()) + ':' + label.value;
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
  for (const std::string& name : sink.labels) metric.labels.push_back({name, std::string{*values++}});
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

Collector::Function collect_each(FamilySnapshot family, std::vector<std::string> labels,
                                 std::function<void(SampleSink&)> callback) {
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
