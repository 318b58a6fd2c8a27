#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/snapshot.hpp>

#include "core/text/metric_types.hpp"

namespace vitals::detail {

/// Appends families to what a collector gives. Series without a value are left out, and families without series.
class FamilyList {
 public:
  struct Series {
    std::optional<double> value;
    std::vector<Label> labels{};
  };

  explicit FamilyList(std::vector<FamilySnapshot>& out) : out_{out} {}

  void gauge(const char* name, const char* help, std::initializer_list<Series> series) {
    add(name, help, MetricType::Gauge, series, 0);
  }
  /// `created`: when its counting began, if that is known.
  void counter(const char* name, const char* help, std::initializer_list<Series> series, UnixNanos created = 0) {
    add(name, help, MetricType::Counter, series, created);
  }

 private:
  void add(const char* name, const char* help, MetricType type, std::initializer_list<Series> series,
           UnixNanos created) {
    FamilySnapshot family{name, help, type};
    for (const auto& [value, labels] : series) {
      if (!value) continue;
      const bool whole = type == MetricType::Counter && *value >= 0 && *value < 0x1p63;
      family.metrics.push_back({.labels = labels,
                                .value = *value,
                                .created = created,
                                .whole = whole ? static_cast<std::uint64_t>(*value) : 0});
    }
    const std::string_view stem = base_name(family.name, type);
    for (const char* unit : {"seconds", "bytes"}) {
      if (stem.ends_with(unit)) family.unit = unit;
    }
    if (!family.metrics.empty()) out_.push_back(std::move(family));
  }

  std::vector<FamilySnapshot>& out_;
};

}  // namespace vitals::detail
