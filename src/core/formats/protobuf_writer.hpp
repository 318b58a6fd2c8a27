#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <protozero/pbf_writer.hpp>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

#include "core/formats/family_head.hpp"

namespace vitals::detail {

// Writes one family as a delimited io.prometheus.client.MetricFamily
// (https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto): the constructor its
// head, add() a series, finish() its length, which stands before it. Until then out is no exposition. Cost of add(): no
// allocation once the buffers have grown.
class ProtobufWriter {
 public:
  /// REQUIRES: out and head live as long as this.
  ProtobufWriter(std::string& out, const FamilyHead& head, const Exposition& how);

  void add(const MetricSnapshot& metric);
  /// With labels of LabelMessages; those of the snapshot are not read.
  void add(std::string_view labels, const MetricSnapshot& metric);
  void finish();

 private:
  void add_states(std::string_view labels, const MetricSnapshot& metric);
  void add_number(std::string_view labels, protozero::pbf_tag_type tag, double value, UnixNanos created = 0);
  void write_histogram(protozero::pbf_writer& writer, const MetricSnapshot& metric) const;

  std::string& out_;
  const FamilyHead head_;
  const Escaping escaping_;
  const std::size_t start_;
  std::string labels_;  // of the metric that is added
  std::string state_labels_;
};

}  // namespace vitals::detail
