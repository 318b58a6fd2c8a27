#include "core/layers/varargs_layer.h"

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstddef>
#include <exception>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include <vitals/vitals.hpp>

#include "core/layers/varargs_layer.hpp"

namespace {

using Labels = std::span<const vitals::LabelPair>;

constexpr std::size_t kMostLabels = 32;
constexpr const char* kHelp = "Named by the program.";

std::atomic<std::size_t> errors{0};
thread_local std::string last_error;

std::string_view text(const char* given) { return given == nullptr ? std::string_view{} : std::string_view{given}; }

// The handles of all metrics of one kind. What they lead to stays valid when the metric is removed, so they are used
// without the lock.
template <class Metric>
class Families {
 public:
  template <class Declare>
  vitals::DynamicFamily<Metric>& find_or_declare(std::string_view name, Declare declare) {
    {
      const std::shared_lock lock{mutex_};
      if (const auto found = families_.find(name); found != families_.end()) return *found->second;
    }
    const std::lock_guard lock{mutex_};
    vitals::DynamicFamily<Metric>& family = declare();
    families_.emplace(name, &family);
    return family;
  }
  [[nodiscard]] vitals::DynamicFamily<Metric>* find(std::string_view name) const {
    const std::shared_lock lock{mutex_};
    const auto found = families_.find(name);
    return found == families_.end() ? nullptr : found->second;
  }
  /// Removes the metric under the lock, so that no other thread keeps the handle of one that has ended.
  bool remove(std::string_view name) {
    const std::lock_guard lock{mutex_};
    const auto found = families_.find(name);
    if (found == families_.end()) return false;
    families_.erase(found);
    return metric_registry().remove(name);
  }

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, vitals::DynamicFamily<Metric>*, Hash, std::equal_to<>> families_;
};

// Never destroyed: threads may count until the end.
template <class Metric>
Families<Metric>& families() {
  static auto& all = *new Families<Metric>;
  return all;
}

vitals::DynamicFamily<vitals::Gauge>& gauges(const char* name) {
  return families<vitals::Gauge>().find_or_declare(
      text(name), [&]() -> auto& { return metric_registry().gauge(text(name), kHelp, vitals::LabelNames::any()); });
}

// Calls `use` with the labels; whatever it throws is told and goes no further.
template <class Use>
void with_labels(std::size_t n, std::va_list& given, Use use) noexcept {
  try {
    if (n > kMostLabels) throw std::invalid_argument{"a call gives more than 32 labels; give fewer"};
    std::array<vitals::LabelPair, kMostLabels> labels;
    for (vitals::LabelPair& label : std::span{labels}.first(n)) {
      label.name = text(va_arg(given, const char*));
      label.value = text(va_arg(given, const char*));
    }
    use(Labels{labels.data(), n});
  } catch (const std::exception& error) {
    errors.fetch_add(1, std::memory_order_relaxed);
    try {
      last_error = error.what();
    } catch (const std::exception&) {  // no memory for it
      last_error.clear();
    }
  }
}

}  // namespace

vitals::Registry& metric_registry() {
  static auto& registry = *new vitals::Registry;
  return registry;
}

// NOLINTBEGIN(cert-dcl50-cpp): these are for C

void metric_counter_add(const char* name, double n, std::size_t n_labels, ...) {
  std::va_list given;
  va_start(given, n_labels);
  with_labels(n_labels, given, [&](Labels labels) {
    families<vitals::Counter>()
        .find_or_declare(
            text(name),
            [&]() -> auto& {
              return metric_registry().counter(text(name), kHelp, vitals::LabelNames::any(), {.exact_name = true});
            })
        .with(labels)
        .inc(n);
  });
  va_end(given);
}

void metric_gauge_set(const char* name, double value, std::size_t n_labels, ...) {
  std::va_list given;
  va_start(given, n_labels);
  with_labels(n_labels, given, [&](Labels labels) { gauges(name).with(labels).set(value); });
  va_end(given);
}

void metric_gauge_add(const char* name, double n, std::size_t n_labels, ...) {
  std::va_list given;
  va_start(given, n_labels);
  with_labels(n_labels, given, [&](Labels labels) { gauges(name).with(labels).add(n); });
  va_end(given);
}

void metric_histogram_observe(const char* name, double value, const double* bounds, std::size_t n_bounds,
                              std::size_t n_labels, ...) {
  std::va_list given;
  va_start(given, n_labels);
  with_labels(n_labels, given, [&](Labels labels) {
    families<vitals::Histogram>()
        .find_or_declare(
            text(name),
            [&]() -> auto& {
              return metric_registry().histogram(text(name), kHelp, vitals::LabelNames::any(),
                                                 vitals::Buckets{std::span{bounds, n_bounds}});
            })
        .with(labels)
        .observe(value);
  });
  va_end(given);
}

int metric_gauge_remove(const char* name, std::size_t n_labels, ...) {
  bool removed = false;
  std::va_list given;
  va_start(given, n_labels);
  with_labels(n_labels, given, [&](Labels labels) {
    auto* family = families<vitals::Gauge>().find(text(name));
    removed = family != nullptr && family->remove(labels);
  });
  va_end(given);
  return removed ? 1 : 0;
}

// NOLINTEND(cert-dcl50-cpp)

int metric_remove(const char* name) {
  const std::string_view wanted = text(name);
  return families<vitals::Counter>().remove(wanted) || families<vitals::Gauge>().remove(wanted) ||
                 families<vitals::Histogram>().remove(wanted)
             ? 1
             : 0;
}

std::size_t metric_errors() { return errors.load(std::memory_order_relaxed); }
const char* metric_last_error() { return last_error.c_str(); }
