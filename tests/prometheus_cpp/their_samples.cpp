#include "prometheus_cpp/their_samples.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace vitals::testing {

namespace {

std::string digits(double v, int precision = 16) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*g", precision, v);
  return text;
}

class Collector {
 public:
  void add(const prometheus::MetricFamily& family) {
    for (const auto& metric : family.metric) {
      labels_ = &metric.label;
      if (family.type == prometheus::MetricType::Histogram) {
        add_histogram(family.name, metric.histogram);
      } else if (family.type == prometheus::MetricType::Summary) {
        add_summary(family.name, metric.summary);
      } else {
        put(family.name, family.type == prometheus::MetricType::Counter   ? metric.counter.value
                         : family.type == prometheus::MetricType::Untyped ? metric.untyped.value
                                                                          : metric.gauge.value);
      }
    }
  }
  Samples take() { return std::move(samples_); }

 private:
  void put(std::string name, double value, const char* label = nullptr, double at = 0) {
    SeriesKey key{std::move(name), {}};
    for (const auto& one : *labels_) key.second.emplace_back(one.name, one.value);
    if (label != nullptr) key.second.emplace_back(label, digits(at));
    std::sort(key.second.begin(), key.second.end());
    samples_.emplace(std::move(key), value);
  }
  void add_histogram(const std::string& name, const prometheus::ClientMetric::Histogram& histogram) {
    put(name + "_count", static_cast<double>(histogram.sample_count));
    put(name + "_sum", histogram.sample_sum);
    for (const auto& [count, bound] : histogram.bucket) put(name + "_bucket", static_cast<double>(count), "le", bound);
  }
  void add_summary(const std::string& name, const prometheus::ClientMetric::Summary& summary) {
    put(name + "_count", static_cast<double>(summary.sample_count));
    put(name + "_sum", summary.sample_sum);
    for (const auto& [quantile, value] : summary.quantile) put(name, value, "quantile", quantile);
  }

  const std::vector<prometheus::ClientMetric::Label>* labels_ = nullptr;
  Samples samples_;
};

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

std::string text(const SeriesKey& key, double value) {
  std::string out = key.first + "{";
  for (const auto& [name, label] : key.second) out += name + "=\"" + label + "\",";
  return out + "} " + digits(value, 17) + "\n";
}

}  // namespace

Samples samples_of(const std::vector<prometheus::MetricFamily>& families) {
  Collector collector;
  for (const auto& family : families) collector.add(family);
  return collector.take();
}

Samples rounded(const Samples& samples) {
  Samples out = samples;
  for (auto& [key, value] : out) value = std::strtod(digits(value).c_str(), nullptr);
  return out;
}

Samples normalised(const Samples& samples) {
  Samples out;
  for (const auto& [series, value] : samples) {
    SeriesKey key = series;
    for (auto& [name, label] : key.second) {
      if (name == "le" || name == "quantile") label = digits(std::strtod(label.c_str(), nullptr));
    }
    out.emplace(std::move(key), value);
  }
  return out;
}

std::string difference(const Samples& found, const Samples& expected) {
  std::string out;
  for (const auto& [key, value] : expected) {
    if (out.size() > 2000) return out;
    const auto at = found.find(key);
    if (at == found.end()) out += "missing " + text(key, value);
    if (at != found.end() && !same(at->second, value))
      out += "expected " + text(key, value) + "found " + text(key, at->second);
  }
  for (const auto& [key, value] : found) {
    if (out.size() < 2000 && expected.find(key) == expected.end()) out += "surplus " + text(key, value);
  }
  return out;
}

}  // namespace vitals::testing
