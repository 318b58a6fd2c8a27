#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <protozero/pbf_reader.hpp>

#include "lint/checks/value_checks.hpp"

namespace vitals::detail {

inline constexpr auto kVarint = protozero::pbf_wire_type::varint;
inline constexpr auto kFixed64 = protozero::pbf_wire_type::fixed64;
inline constexpr auto kLength = protozero::pbf_wire_type::length_delimited;

/// One message of the body, and how to say where it is.
struct WireMessage {
  std::string_view bytes;
  const char* body;
  std::size_t number;  ///< of the family

  [[nodiscard]] LintPosition at() const { return {number, static_cast<std::size_t>(bytes.data() - body)}; }
  [[nodiscard]] WireMessage inner(protozero::pbf_reader& reader) const {
    const auto view = reader.get_view();
    return {{view.data(), view.size()}, body, number};
  }
};

/// A set of field numbers.
template <unsigned... Numbers>
inline constexpr std::uint32_t kFields = ((std::uint32_t{1} << Numbers) | ...);

/// Skips the group that comes next, and gives the number of its field; 0 if there is none.
unsigned skip_group(protozero::pbf_reader& reader);

/// Calls field(reader) at each field; false: it did not take it. Unknown fields are skipped, as protobuf wants it,
/// groups too; a known one that was not taken has the wrong wire type. False when the message is cut off or malformed.
template <class Field>
bool read_fields(const LintContext& context, const WireMessage& message, std::uint32_t known, const Field& field) {
  const auto not_taken = [&](unsigned tag) {
    if (tag < 32 && (known >> tag & 1U) != 0)
      context.error(message.at(), "wire-type", "field " + std::to_string(tag) + " has another wire type than its own");
  };
  try {
    protozero::pbf_reader reader{message.bytes.data(), message.bytes.size()};
    for (;;) {
      while (const auto tag = skip_group(reader)) not_taken(tag);
      if (!reader.next()) return true;
      if (field(reader)) continue;
      not_taken(reader.tag());
      reader.skip();
    }
  } catch (const protozero::exception&) {
    context.error(message.at(), "protobuf-malformed",
                  "the message can't be read: a field is cut off, or has a number or a wire type that doesn't exist");
    return false;
  }
}

using WireLabels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Reads a LabelPair and checks its name and value.
void read_wire_label(const LintContext& context, const WireMessage& message, WireLabels& labels);

struct WireExemplar {
  double value = 0;
  bool timestamp = false;
};
WireExemplar read_wire_exemplar(const LintContext& context, const WireMessage& message);

/// A google.protobuf.Timestamp.
void check_wire_timestamp(const LintContext& context, const WireMessage& message);

/// A Counter, Gauge or Untyped message of the family.
void lint_wire_number(const LintContext& context, const WireMessage& message, MetricType type, std::string_view family);

/// A Summary message. True if it has quantiles.
bool lint_wire_summary(const LintContext& context, const WireMessage& message);

/// A Histogram message, classic and native; bounds of the classic buckets go to `bounds`. True if scrapers read its
/// classic buckets, as it has no native ones.
bool lint_wire_histogram(const LintContext& context, const WireMessage& message, bool gauge,
                         std::vector<double>& bounds);

}  // namespace vitals::detail
