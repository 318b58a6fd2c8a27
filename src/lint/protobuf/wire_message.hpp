#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <protozero/pbf_reader.hpp>
#include <protozero/types.hpp>

#include "core/lint/lint_report.hpp"
#include "core/lint/rules.hpp"
#include "lint/checks/lint_context.hpp"

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

/// Skips the group that comes next, and gives the number of its field; 0 if there is none.
unsigned skip_group(protozero::pbf_reader& reader);

/// Calls field(reader) at each field; false: it did not take the field. Unknown fields are skipped, as protobuf wants
/// it, groups too; a known one that was not taken, from 1 to `last`, has the wrong wire type. False: the message is cut
/// off or malformed.
template <class Field>
bool read_fields(const LintContext& context, const WireMessage& message, unsigned last, const Field& field) {
  const auto not_taken = [&](unsigned tag) {
    if (tag <= last)
      context.add(message.at(), LintRule::WireType,
                  "field " + std::to_string(tag) + " has another wire type than its own");
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
    context.add(message.at(), LintRule::ProtobufMalformed,
                "the message can't be read: a field is cut off, or has a number or a wire type that doesn't exist");
    return false;
  }
}

}  // namespace vitals::detail
