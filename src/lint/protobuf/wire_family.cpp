#include "lint/protobuf/wire_family.hpp"

#include <algorithm>

#include "core/formats/private_protozero.hpp"
#include "core/lint/lint_report.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {
bool is_control(char c) { return c >= 0 && c < ' '; }
}  // namespace

bool read_family(const LintContext& context, const WireMessage& message, WireFamily& family) {
  return read_fields(
      context, message,
      wire_field(field::metric_family::Name, kLength, [&](auto& reader) { family.name = message.inner(reader).bytes; }),
      wire_field(field::metric_family::Help, kLength, [&](auto& reader) { family.help = message.inner(reader).bytes; }),
      wire_field(field::metric_family::Type, kVarint, [&](auto& reader) { family.type = reader.get_uint64(); }),
      wire_field(field::metric_family::Metric, kLength,
                 [&](auto& reader) {
                   reader.skip();
                   ++family.metrics;
                 }),
      wire_field(field::metric_family::Unit, kLength,
                 [&](auto& reader) { family.unit = message.inner(reader).bytes; }));
}

std::optional<std::size_t> take_size(std::string_view& body) {
  const char* next = body.data();
  try {
    const auto size = protozero::decode_varint(&next, body.data() + body.size());
    body.remove_prefix(static_cast<std::size_t>(next - body.data()));
    return size;
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
}

bool is_text(std::string_view body) {
  const auto foreign = [](char c) { return is_control(c) && c != '\t' && c != '\n' && c != '\r'; };
  return std::none_of(body.begin(), body.end(), foreign) && is_valid_utf8(body);
}

bool begins_well(std::string_view body) {
  auto rest = body;
  const auto size = take_size(rest);
  if (!size || *size > rest.size()) return !is_text(body);
  LintReport faults;
  WireFamily family;
  const bool whole = read_family({faults, LintFormat::Protobuf, ""}, {rest.substr(0, *size), body.data(), 1}, family);
  const bool seems_family = !family.name.empty() || (whole && family.metrics > 0);
  return seems_family && (faults.take().empty() || !is_text(body));
}

bool seems_protobuf(std::string_view body) {
  auto rest = body;
  const auto size = take_size(rest);
  if (!size || is_text(body)) return false;
  // Text may have control characters too, in label values. But it does not begin with a name as messages usually do,
  // and read as a message it has other faults than that it is cut off.
  LintReport faults;
  WireFamily family;
  const bool whole = read_family({faults, LintFormat::Protobuf, ""}, {rest.substr(0, *size), body.data(), 1}, family);
  const bool cut_off = *size > rest.size();
  const bool named = !family.name.empty() && std::none_of(family.name.begin(), family.name.end(), is_control);
  if (named && rest.starts_with('\n')) return true;
  const bool nameless = whole && family.name.empty() && family.metrics > 0;
  const std::size_t of_end = whole ? 0 : 1;  // one problem: the message is cut off or malformed
  return faults.take().size() == of_end && (nameless || (named && (whole || cut_off)));
}

}  // namespace vitals::detail
