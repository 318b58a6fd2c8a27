#include "core/layers/c_api_layer.h"

#include <cstddef>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <vitals/vitals.hpp>

namespace {

template <class... Metrics>
using AnyFamily = std::variant<vitals::DynamicFamily<Metrics>*...>;
using Family = AnyFamily<vitals::Counter, vitals::Gauge, vitals::Histogram>;
using Metric = std::variant<vitals::Counter*, vitals::Gauge*, vitals::Histogram*>;

const void* address_of(const Metric& metric) {
  return std::visit([](const auto* one) -> const void* { return one; }, metric);
}

thread_local std::string message;

MetricsCode told(MetricsCode code, std::string_view why) noexcept {
  try {
    message = why;
  } catch (const std::bad_alloc&) {
    message.clear();
  }
  return code;
}

template <class Do>
MetricsCode guarded(Do work) noexcept {
  try {
    return work();
  } catch (const std::invalid_argument& error) {
    return told(MetricsInvalid, error.what());
  } catch (const std::bad_alloc&) {
    return told(MetricsNoMemory, "no memory");
  } catch (const std::exception& error) {
    return told(MetricsFailed, error.what());
  }
}

std::string_view text(const char* given) { return given == nullptr ? std::string_view{} : std::string_view{given}; }

std::vector<vitals::Label> labels_of(std::span<const MetricsLabel> given) {
  std::vector<vitals::Label> labels;
  for (const auto& [name, value] : given) labels.push_back({std::string{text(name)}, std::string{text(value)}});
  return labels;
}

}  // namespace

struct MetricsServer {
  struct Declared {
    Family family;
    std::size_t users = 0;
  };

  // The locks: `mutex` is for all that follows, and is held while the registry's are taken.
  std::mutex mutex;
  vitals::Registry registry;
  std::map<std::string, Declared, std::less<>> families;
  std::map<const void*, std::size_t> users;  // of a series, by its address, which no other one ever gets
};

struct MetricsFamily {
  MetricsServer* server;
  std::string name;
  Family family;
};

struct MetricsMetric {
  MetricsServer* server;
  Family family;
  Metric metric;
  std::vector<vitals::Label> labels;
};

struct MetricsModel {
  struct End {
    void operator()(MetricsFamily* family) const { metrics_family_delete(family); }
    void operator()(MetricsMetric* metric) const { metrics_metric_delete(metric); }
  };
  template <class T>
  using Held = std::unique_ptr<T, End>;

  // The series end before their families.
  Held<MetricsFamily> all_requests, all_failures, all_durations;
  Held<MetricsMetric> requests, failures, duration;
};

namespace {

Family declare(const vitals::Registry& registry, MetricsKind kind, std::string_view name, std::string_view help,
               std::span<const double> bounds) {
  const auto any = vitals::LabelNames::any();
  switch (kind) {
    case MetricsCounter:
      return &registry.counter(name, help, any, {.exact_name = true});
    case MetricsGauge:
      return &registry.gauge(name, help, any);
    case MetricsHistogram:
      return &registry.histogram(name, help, any, vitals::Buckets{bounds});
  }
  throw std::invalid_argument{"there is no such kind of metric"};
}

MetricsModel::Held<MetricsFamily> new_family(MetricsServer& server, MetricsKind kind, std::string_view name,
                                             std::string_view help, std::span<const double> bounds) {
  MetricsModel::Held<MetricsFamily> family;
  auto made = std::make_unique<MetricsFamily>(MetricsFamily{&server, std::string{name}, Family{}});
  const std::lock_guard lock{server.mutex};
  made->family = declare(server.registry, kind, name, help, bounds);
  auto& declared = server.families[made->name];
  declared.family = made->family;
  ++declared.users;
  family.reset(made.release());
  return family;
}

MetricsModel::Held<MetricsMetric> new_metric(MetricsFamily& family, std::vector<vitals::Label> labels) {
  MetricsModel::Held<MetricsMetric> metric;
  auto made = std::make_unique<MetricsMetric>(MetricsMetric{family.server, family.family, Metric{}, std::move(labels)});
  const std::lock_guard lock{family.server->mutex};
  made->metric = std::visit([&](auto* its) -> Metric { return &its->with(made->labels); }, made->family);
  ++family.server->users[address_of(made->metric)];
  metric.reset(made.release());
  return metric;
}

}  // namespace

const char* metrics_message() { return message.c_str(); }

MetricsCode metrics_server_new(MetricsServer** made) {
  return guarded([&] {
    *made = new MetricsServer;
    return MetricsOk;
  });
}

void metrics_server_delete(MetricsServer* server) { delete server; }

MetricsCode metrics_server_text(MetricsServer* server, char* buffer, std::size_t* size) {
  return guarded([&] {
    const std::string all = vitals::to_text(server->registry);
    const std::size_t room = std::exchange(*size, all.size() + 1);
    if (room < *size) return told(MetricsTooSmall, "the buffer is too small for the text");
    std::memcpy(buffer, all.c_str(), all.size() + 1);
    return MetricsOk;
  });
}

MetricsCode metrics_family_new(MetricsServer* server, MetricsKind kind, const char* name, const char* help,
                               const double* bounds, std::size_t n_bounds, MetricsFamily** made) {
  return guarded([&] {
    *made = new_family(*server, kind, text(name), text(help), {bounds, n_bounds}).release();
    return MetricsOk;
  });
}

void metrics_family_delete(MetricsFamily* family) {
  if (family == nullptr) return;
  const std::unique_ptr<MetricsFamily> ended{family};
  const std::lock_guard lock{family->server->mutex};
  const auto declared = family->server->families.find(family->name);
  if (--declared->second.users > 0) return;
  family->server->families.erase(declared);
  family->server->registry.remove(family->name);
}

MetricsCode metrics_metric_new(MetricsFamily* family, const MetricsLabel* labels, std::size_t n_labels,
                               MetricsMetric** made) {
  return guarded([&] {
    *made = new_metric(*family, labels_of({labels, n_labels})).release();
    return MetricsOk;
  });
}

void metrics_metric_delete(MetricsMetric* metric) {
  if (metric == nullptr) return;
  const std::unique_ptr<MetricsMetric> ended{metric};
  const std::lock_guard lock{metric->server->mutex};
  const auto users = metric->server->users.find(address_of(metric->metric));
  if (--users->second > 0) return;
  metric->server->users.erase(users);
  // If its family has ended, it finds nothing.
  std::visit([&](auto* family) { family->remove(metric->labels); }, metric->family);
}

MetricsCode metrics_metric_add(MetricsMetric* metric, double value) {
  struct Add {
    double value;
    void operator()(vitals::Counter* counter) const { counter->inc(value); }
    void operator()(vitals::Gauge* gauge) const { gauge->add(value); }
    void operator()(vitals::Histogram* histogram) const { histogram->observe(value); }
  };
  std::visit(Add{value}, metric->metric);
  return MetricsOk;
}

MetricsCode metrics_metric_set(MetricsMetric* metric, double value) {
  auto* const* gauge = std::get_if<vitals::Gauge*>(&metric->metric);
  if (gauge == nullptr) return told(MetricsInvalid, "only gauges can be set");
  (*gauge)->set(value);
  return MetricsOk;
}

MetricsCode metrics_metric_value(MetricsMetric* metric, double* value) {
  struct Value {
    double operator()(const vitals::Counter* counter) const { return counter->value(); }
    double operator()(const vitals::Gauge* gauge) const { return gauge->value(); }
    double operator()(const vitals::Histogram* histogram) const { return histogram->snapshot().sum(); }
  };
  return guarded([&] {
    *value = std::visit(Value{}, metric->metric);
    return MetricsOk;
  });
}

MetricsCode metrics_model_load(MetricsServer* server, const char* name, const MetricsLabel* tags, std::size_t n_tags,
                               MetricsModel** made) {
  static constexpr double kBounds[] = {0.001, 0.01, 0.1, 1};
  return guarded([&] {
    auto labels = labels_of({tags, n_tags});
    labels.push_back({"model", std::string{text(name)}});
    auto model = std::make_unique<MetricsModel>();
    model->all_requests = new_family(*server, MetricsCounter, "inference_request", "Requests.", {});
    model->all_failures = new_family(*server, MetricsCounter, "inference_failure", "Requests that failed.", {});
    model->all_durations = new_family(*server, MetricsHistogram, "inference_seconds", "Time per request.", kBounds);
    model->requests = new_metric(*model->all_requests, labels);
    model->failures = new_metric(*model->all_failures, labels);
    model->duration = new_metric(*model->all_durations, std::move(labels));
    *made = model.release();
    return MetricsOk;
  });
}

void metrics_model_infer(MetricsModel* model, double seconds, int succeeded) {
  metrics_metric_add(model->requests.get(), 1);
  if (succeeded == 0) metrics_metric_add(model->failures.get(), 1);
  metrics_metric_add(model->duration.get(), seconds);
}

void metrics_model_unload(MetricsModel* model) { delete model; }
