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

// The most bytes that it writes.
std::size_t most_bytes(std::string_view name, std::string_view value) noexcept {
  return 3 * kLengthKeyBytes + name.size() + value.size();
}

}  // namespace

LabelMessages::LabelMessages(const std::vector<Label>& constant, const LabelLayout& layout) : layout_{layout} {
  for (const Label& label : constant) {
    const std::size_t before = text_.size();
    text_.resize(before + most_bytes(label.name, label.value));
    text_.resize(static_cast<std::size_t>(put_pair(text_.data() + before, label.name, label.value) - text_.data()));
  }
  constant_bytes_ = text_.size();
}

std::string_view LabelMessages::of(KeyWords key) {
  std::size_t bytes = constant_bytes_;
  layout_.for_each(key, [&](std::string_view name, std::string_view value) { bytes += most_bytes(name, value); });
  if (text_.size() < bytes) text_.resize(2 * bytes);

  char* at = text_.data() + constant_bytes_;
  layout_.for_each(key, [&](std::string_view name, std::string_view value) { at = put_pair(at, name, value); });
  return {text_.data(), static_cast<std::size_t>(at - text_.data())};
}

}  // namespace vitals::detail
