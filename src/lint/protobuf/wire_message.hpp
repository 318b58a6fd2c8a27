#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/formats/private_protozero.hpp"
#include "core/lint/lint_report.hpp"
#include "core/lint/rules.hpp"
#include "lint/checks/lint_context.hpp"

namespace vitals::detail {

inline constexpr auto kVarint = protozero::pbf_wire_type::varint;
inline constexpr auto kFixed64 = protozero::pbf_wire_type::fixed64;
inline constexpr auto kLength = protozero::pbf_wire_type::length_delimited;

/// One message of the body, with what tells where it is.
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

/// A field of a message, by number and wire type; use(reader) reads it.
template <class Use>
struct WireField {
  unsigned number;
  protozero::pbf_wire_type type;
  Use use;

  bool take(protozero::pbf_reader& reader) const {
    if (reader.tag_and_type() != protozero::tag_and_type(number, type)) return false;
    use(reader);
    return true;
  }
};
template <class Use>
WireField<Use> wire_field(unsigned number, protozero::pbf_wire_type type, Use use) {
  return {number, type, use};
}

/// Reads these fields of a message. A field with the number of one of them and another wire type is reported. All
/// others are skipped, as protobuf wants it, groups too. False: the message is cut off or malformed.
template <class... Uses>
bool read_fields(const LintContext& context, const WireMessage& message, const WireField<Uses>&... fields) {
  const auto not_taken = [&](unsigned number) {
    const bool known = (false || ... || (number == fields.number));
    if (known)
      context.add(message.at(), LintRule::WireType,
                  "field " + std::to_string(number) + " has another wire type than its own");
  };
  try {
    protozero::pbf_reader reader{message.bytes.data(), message.bytes.size()};
    for (;;) {
      while (const auto number = skip_group(reader)) not_taken(number);
      if (!reader.next()) return true;
      if ((fields.take(reader) || ...)) continue;
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
