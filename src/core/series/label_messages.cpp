#include "core/series/label_messages.hpp"

#include "core/formats/protobuf_fields.hpp"
#include "core/text/copy_text.hpp"

namespace vitals::detail {

namespace {

char* put_pair(char* at, std::string_view name, std::string_view value) noexcept {
  at = put_length_key(at, field::metric::Label, text_field_bytes(name.size()) + text_field_bytes(value.size()));
  at = copy_text(put_length_key(at, field::label_pair::Name, name.size()), name);
  return copy_text(put_length_key(at, field::label_pair::Value, value.size()), value);
}

constexpr std::size_t kShort = 128;  // below it a length is one byte

// The most bytes that it writes.
std::size_t pair_bytes(std::string_view name, std::string_view value) noexcept {
  return 3 * kLengthKeyBytes + name.size() + value.size();
}

}  // namespace

LabelMessages::LabelMessages(const std::vector<Label>& constant, const LabelLayout& layout) : layout_{layout} {
  for (const Label& label : constant) {
    const std::size_t before = constant_.size();
    constant_.resize(before + pair_bytes(label.name, label.value));
    constant_.resize(
        static_cast<std::size_t>(put_pair(constant_.data() + before, label.name, label.value) - constant_.data()));
  }
  most_bytes_besides_ = constant_.size();
  if (layout.is_open()) return;
  names_.reserve(layout.names().size());
  for (const std::string_view name : layout.names()) {
    std::string& field = names_.emplace_back(pair_bytes(name, {}), '\0');
    char* const end = copy_text(put_length_key(field.data(), field::label_pair::Name, name.size()), name);
    field.resize(static_cast<std::size_t>(
        put_key(end, field::label_pair::Value, protozero::pbf_wire_type::length_delimited) - field.data()));
    most_bytes_besides_ += pair_bytes(name, {});
  }
}

char* LabelMessages::put(KeyWords key, char* at) const noexcept {
  at = copy_text(at, constant_);
  if (layout_.is_open()) {
    layout_.for_each(key, [&](std::string_view name, std::string_view value) { at = put_pair(at, name, value); });
    return at;
  }
  layout_.for_each_value(key, [&](std::size_t i, std::string_view value) {
    const std::string_view name = names_[i];
    if (name.size() >= kShort / 2 || value.size() >= kShort / 2) [[unlikely]] {
      at = put_pair(at, layout_.names()[i], value);
      return;
    }
    at = put_key(at, field::metric::Label, protozero::pbf_wire_type::length_delimited);
    *at++ = static_cast<char>(name.size() + 1 + value.size());
    at = copy_text(at, name);
    *at++ = static_cast<char>(value.size());
    at = copy_text(at, value);
  });
  return at;
}

std::size_t LabelMessages::most_open_bytes(KeyWords key) const noexcept {
  std::size_t bytes = constant_.size();
  layout_.for_each(key, [&](std::string_view name, std::string_view value) { bytes += pair_bytes(name, value); });
  return bytes;
}

}  // namespace vitals::detail
