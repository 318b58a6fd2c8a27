#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lint/protobuf/wire_metric.hpp"

// The messages: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto

namespace vitals::detail {

/// What a MetricFamily message says of all its metrics.
struct WireFamily {
  std::string_view name{};
  std::string_view help{};
  std::string_view unit{};
  std::uint64_t type = 0;
  std::size_t metrics = 0;
};

/// False when it is malformed.
bool read_family(const LintContext& context, const WireMessage& message, WireFamily& family);

/// Calls metric(message) for each metric, so that nobody has to keep them: an empty one has two bytes.
/// REQUIRES: read_family could read it.
template <class Metric>
void for_each_metric(const LintContext& context, const WireMessage& message, const Metric& metric) {
  read_fields(context, message, 0, [&](protozero::pbf_reader& reader) {
    if (reader.tag_and_type() != protozero::tag_and_type(4, kLength)) return false;
    metric(message.inner(reader));
    return true;
  });
}

/// The size of the next message; removed from the body.
std::optional<std::size_t> take_size(std::string_view& body);

/// Valid UTF-8 without the control characters that protobuf is full of.
[[nodiscard]] bool is_text(std::string_view body);

/// Tells another format from protobuf with faults: in what is no protobuf, message after message would have some.
[[nodiscard]] bool begins_well(std::string_view body);

}  // namespace vitals::detail
