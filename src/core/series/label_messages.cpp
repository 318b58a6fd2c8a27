#include "core/series/label_messages.hpp"

#include "core/formats/private_protozero.hpp"
#include "core/formats/protobuf_fields.hpp"

namespace vitals::detail {

namespace {

std::size_t pair_bytes(std::string_view name, std::string_view value) noexcept {
  return text_field_bytes(name.size()) + text_field_bytes(value.size());
}

// By a writer of its own: protozero's, as their assertions have it, take no field after a message of known length.
template <class Buffer>
void write_pair(Buffer& buffer, std::string_view name, std::string_view value) {
  using Writer = protozero::basic_pbf_writer<Buffer>;
  Writer metric{buffer};
  Writer pair{metric, field::metric::Label, pair_bytes(name, value)};
  pair.add_string(field::label_pair::Name, name.data(), name.size());
  pair.add_string(field::label_pair::Value, value.data(), value.size());
}

}  // namespace

LabelMessages::LabelMessages(const std::vector<Label>& constant, const LabelLayout& layout) : layout_{layout} {
  for (const Label& label : constant) write_pair(text_, label.name, label.value);
  constant_bytes_ = text_.size();
}

std::string_view LabelMessages::of(KeyWords key) {
  std::size_t bytes = constant_bytes_;
  layout_.for_each(
      key, [&](std::string_view name, std::string_view value) { bytes += text_field_bytes(pair_bytes(name, value)); });
  if (text_.size() < bytes) text_.resize(2 * bytes);

  protozero::fixed_size_buffer_adaptor rest{text_.data() + constant_bytes_, text_.size() - constant_bytes_};
  layout_.for_each(key, [&](std::string_view name, std::string_view value) { write_pair(rest, name, value); });
  return {text_.data(), bytes};
}

}  // namespace vitals::detail
