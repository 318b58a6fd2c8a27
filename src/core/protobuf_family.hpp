#pragma once

#include <cstddef>
#include <string>

#include <protozero/pbf_writer.hpp>

#include <vitals/exposition.hpp>
#include <vitals/snapshot.hpp>

#include "core/family_head.hpp"

namespace vitals::detail {

// Writes one family as a delimited io.prometheus.client.MetricFamily
// (https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto): the constructor its
// head, add() a series, finish() its length, which stands before it. Until then out is no exposition. Cost of add(): no
// allocation once the buffers have grown.
class ProtobufFamily {
 public:
  /// REQUIRES: out and head live as long as this.
  ProtobufFamily(std::string& out, const FamilyHead& head, const Exposition& how);

  void add(const MetricSnapshot& metric);
  void finish();

 private:
  void add_states(const MetricSnapshot& metric);
  void write_value(protozero::pbf_writer& writer, const MetricSnapshot& metric) const;
  void write_histogram(protozero::pbf_writer& writer, const MetricSnapshot& metric) const;

  std::string& out_;
  const FamilyHead head_;
  const Escaping escaping_;
  const std::size_t start_;
  std::string labels_;  // of the metric that is added
};

}  // namespace vitals::detail
