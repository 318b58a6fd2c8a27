#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

#include "core/formats/family_head.hpp"
#include "core/formats/private_protozero.hpp"

namespace vitals::detail {

/// Writes families as delimited io.prometheus.client.MetricFamily messages
/// (https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto), one after the other:
/// begin() the head of one, add() each series, end() its length, which stands before it. A family to which nothing was
/// added leaves nothing. Cost of add(): no allocation once the buffers have grown.
class ProtobufWriter {
 public:
  /// REQUIRES: out lives as long as this.
  ProtobufWriter(std::string& out, const Exposition& how) : out_{out}, escaping_{how.escaping} {}

  /// REQUIRES: head is there until end().
  void begin(const FamilyHead& head);
  void add(const MetricSnapshot& metric);
  /// With labels of LabelMessages; those of the snapshot are not read.
  void add(std::string_view labels, const MetricSnapshot& metric);
  void end();

 private:
  void add_states(std::string_view labels, const MetricSnapshot& metric);
  void add_number(std::string_view labels, protozero::pbf_tag_type tag, double value, UnixNanos created = 0);
  void write_histogram(protozero::pbf_writer& writer, const MetricSnapshot& metric) const;

  std::string& out_;
  const Escaping escaping_;
  FamilyHead head_{};
  std::size_t start_ = 0;  // where the family begins in out_
  bool is_empty_ = true;   // nothing was added
  std::string labels_;     // of the metric that is added
  std::string state_labels_;
};

}  // namespace vitals::detail
