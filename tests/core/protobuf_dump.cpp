#include "core/protobuf_dump.hpp"

#include <map>

#include <protozero/pbf_reader.hpp>

#include "core/formats/text_pieces.hpp"

namespace vitals::test {

namespace {

enum class Field { Message, String, Double, Unsigned, Signed, SignedZigzag, PackedZigzag };

struct Description {
  Field field;
  const struct Message* message = nullptr;
};

struct Message {
  std::map<int, Description> fields;
};

const Message kLabel{{{1, {Field::String}}, {2, {Field::String}}}};
const Message kTime{{{1, {Field::Signed}}, {2, {Field::Signed}}}};
const Message kExemplar{{{1, {Field::Message, &kLabel}}, {2, {Field::Double}}, {3, {Field::Message, &kTime}}}};
const Message kValue{{{1, {Field::Double}}}};
const Message kCounter{{{1, {Field::Double}}, {2, {Field::Message, &kExemplar}}, {3, {Field::Message, &kTime}}}};
const Message kQuantile{{{1, {Field::Double}}, {2, {Field::Double}}}};
const Message kSummary{
    {{1, {Field::Unsigned}}, {2, {Field::Double}}, {3, {Field::Message, &kQuantile}}, {4, {Field::Message, &kTime}}}};
const Message kBucket{{{1, {Field::Unsigned}}, {2, {Field::Double}}, {3, {Field::Message, &kExemplar}}}};
const Message kSpan{{{1, {Field::SignedZigzag}}, {2, {Field::Unsigned}}}};
const Message kHistogram{{{1, {Field::Unsigned}},
                          {2, {Field::Double}},
                          {3, {Field::Message, &kBucket}},
                          {5, {Field::SignedZigzag}},
                          {6, {Field::Double}},
                          {7, {Field::Unsigned}},
                          {9, {Field::Message, &kSpan}},
                          {10, {Field::PackedZigzag}},
                          {12, {Field::Message, &kSpan}},
                          {13, {Field::PackedZigzag}},
                          {15, {Field::Message, &kTime}},
                          {16, {Field::Message, &kExemplar}}}};
const Message kMetric{{{1, {Field::Message, &kLabel}},
                       {2, {Field::Message, &kValue}},
                       {3, {Field::Message, &kCounter}},
                       {4, {Field::Message, &kSummary}},
                       {5, {Field::Message, &kValue}},
                       {7, {Field::Message, &kHistogram}}}};
const Message kFamily{{{1, {Field::String}},
                       {2, {Field::String}},
                       {3, {Field::Unsigned}},
                       {4, {Field::Message, &kMetric}},
                       {5, {Field::String}}}};

void dump(std::string& out, protozero::pbf_reader reader, const Message& message);

void dump_field(std::string& out, protozero::pbf_reader& reader, const Description& description) {
  switch (description.field) {
    case Field::Message:
      out += '{';
      dump(out, reader.get_message(), *description.message);
      out += '}';
      break;
    case Field::String:
      out += '"';
      detail::append_escaped(out, reader.get_string(), detail::Quotes::Escape);
      out += '"';
      break;
    case Field::Double:
      out += ':';
      detail::append_number(out, reader.get_double());
      break;
    case Field::Unsigned:
      out += ':' + std::to_string(reader.get_uint64());
      break;
    case Field::Signed:
      out += ':' + std::to_string(reader.get_int64());
      break;
    case Field::SignedZigzag:
      out += ':' + std::to_string(reader.get_sint32());
      break;
    case Field::PackedZigzag:
      out += '[';
      for (const auto delta : reader.get_packed_sint64()) out += ' ' + std::to_string(delta);
      out += " ]";
      break;
  }
}

void dump(std::string& out, protozero::pbf_reader reader, const Message& message) {
  for (bool first = true; reader.next(); first = false) {
    const auto number = static_cast<int>(reader.tag());
    if (&message == &kFamily && number == 4) {
      out += "\n  ";
    } else if (!first) {
      out += ' ';
    }
    out += std::to_string(number);
    dump_field(out, reader, message.fields.at(number));
  }
}

}  // namespace

std::string dump_protobuf(std::string_view exposition) {
  std::string out;
  const char* at = exposition.data();
  const char* const end = at + exposition.size();
  while (at != end) {
    const auto length = protozero::decode_varint(&at, end);
    if (length > static_cast<std::uint64_t>(end - at)) throw protozero::end_of_buffer_exception{};
    dump(out, protozero::pbf_reader{at, static_cast<std::size_t>(length)}, kFamily);
    out += '\n';
    at += length;
  }
  return out;
}

}  // namespace vitals::test
