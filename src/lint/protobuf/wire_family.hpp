#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/formats/private_protozero.hpp"
#include "core/formats/protobuf_fields.hpp"
#include "lint/checks/lint_context.hpp"
#include "lint/protobuf/wire_message.hpp"

namespace vitals::detail {

/// What a MetricFamily message says of all its metrics.
struct WireFamily {
  std::string_view name{};
  std::string_view help{};
  std::string_view unit{};
  std::uint64_t type = 0;
  std::size_t metrics = 0;
};

/// False: the message is malformed.
bool read_family(const LintContext& context, const WireMessage& message, WireFamily& family);

/// Calls metric(message) for each metric. Nobody has to keep them all: an empty one has two bytes, so that there may be
/// many. REQUIRES: read_family() could read the message.
template <class Metric>
void for_each_metric(const LintContext& context, const WireMessage& message, const Metric& metric) {
  read_fields(context, message,
              wire_field(field::metric_family::Metric, kLength, [&](auto& reader) { metric(message.inner(reader)); }));
}

/// The size of the next message, which is removed from the body; empty: it can't be read.
std::optional<std::size_t> take_size(std::string_view& body);

/// Valid UTF-8 without the control characters that protobuf is full of.
[[nodiscard]] bool is_text(std::string_view body);

/// Whether a body said to be protobuf begins as protobuf, be it with faults. In another format, message after message
/// would have faults.
[[nodiscard]] bool begins_well(std::string_view body);

/// Whether a body of unknown format is protobuf rather than text.
[[nodiscard]] bool seems_protobuf(std::string_view body);

}  // namespace vitals::detail
