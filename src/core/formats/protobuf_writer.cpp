#include "core/formats/protobuf_writer.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "core/formats/exposed_exemplar.hpp"
#include "core/formats/exposed_histogram.hpp"
#include "core/formats/private_protozero.hpp"
#include "core/formats/protobuf_fields.hpp"
#include "core/formats/protobuf_native.hpp"
#include "core/text/ascii.hpp"
#include "core/text/copy_text.hpp"
#include "core/text/escaping.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/units.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

using Writer = protozero::pbf_writer;
using Tag = protozero::pbf_tag_type;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// How many bytes the length of a family will take, which is foreseen by the number of its series: where that is right,
// nothing has to be moved at its end.
std::size_t length_bytes(const FamilyHead& head) noexcept {
  const bool is_number = payload_field(head.type) != field::metric::Histogram && head.type != MetricType::Summary;
  const std::size_t usual = is_number ? 96 : 768;
  return static_cast<std::size_t>(protozero::length_of_varint(100 + usual * head.series));
}

void write_string(Writer& writer, Tag tag, std::string_view text) {
  if (is_valid_utf8(text)) {
    writer.add_string(tag, text.data(), text.size());
  } else {
    writer.add_string(tag, to_valid_utf8(text));
  }
}

void write_label(Writer& parent, std::string_view name, std::string_view value, Escaping escaping) {
  static_assert(field::metric::Label == static_cast<Tag>(field::exemplar::Label));
  Writer label{parent, field::metric::Label};
  if (is_legacy_name(name, NameKind::Label)) {
    label.add_string(field::label_pair::Name, name.data(), name.size());
  } else {
    label.add_string(field::label_pair::Name, escape_name(name, escaping, NameKind::Label));
  }
  write_string(label, field::label_pair::Value, value);
}

// None: 0.
std::size_t time_bytes(UnixNanos time) noexcept {
  const auto part = [](UnixNanos n) { return varint_field_bytes(static_cast<std::uint64_t>(n)); };
  return time <= 0 ? 0 : part(time / 1'000'000'000) + part(time % 1'000'000'000);
}

char* put_double(char* at, double value) noexcept {
  auto bits = std::bit_cast<std::uint64_t>(value);
  if constexpr (std::endian::native == std::endian::big) bits = __builtin_bswap64(bits);
  std::memcpy(at, &bits, sizeof bits);
  return at + sizeof bits;
}

// Protozero's writers take no field after a message whose length was told: `timestamp` is the last of its message, or
// was made without it.
template <class AnyWriter>
void fill_time(AnyWriter& timestamp, UnixNanos time) {
  timestamp.add_int64(field::timestamp::Seconds, time / 1'000'000'000);
  timestamp.add_int32(field::timestamp::Nanos, static_cast<std::int32_t>(time % 1'000'000'000));
}

template <class AnyWriter>
void write_last_time(AnyWriter& parent, Tag tag, UnixNanos time) {
  if (time <= 0) return;
  AnyWriter timestamp{parent, tag, time_bytes(time)};
  fill_time(timestamp, time);
}

void write_exemplar(Writer& parent, Tag tag, const Exemplar* one, Escaping escaping) {
  if (one == nullptr) return;
  Writer writer{parent, tag};
  for (const Label& label : one->labels) write_label(writer, label.name, label.value, escaping);
  writer.add_double(field::exemplar::Value, one->value);
  write_last_time(writer, field::exemplar::Timestamp, one->timestamp);
}

void write_counter(Writer& parent, const MetricSnapshot& metric, Escaping escaping) {
  Writer writer{parent, field::metric::Counter};
  writer.add_double(field::counter::Value, metric.value);
  write_exemplar(writer, field::counter::Exemplar, newest_in(metric.exemplars, -kInfinity, kInfinity, escaping),
                 escaping);
  write_last_time(writer, field::counter::Created, metric.created);
}

void write_summary(Writer& parent, const MetricSnapshot& metric) {
  Writer writer{parent, field::metric::Summary};
  writer.add_uint64(field::summary::Count, metric.count);
  writer.add_double(field::summary::Sum, metric.sum);
  for (const auto& [quantile, value] : metric.quantiles) {
    Writer message{writer, field::summary::Quantile};
    message.add_double(field::quantile::Quantile, quantile);
    message.add_double(field::quantile::Value, value);
  }
  write_last_time(writer, field::summary::Created, metric.created);
}

}  // namespace

void ProtobufWriter::begin(const FamilyHead& head) {
  head_ = head;
  payload_ = payload_field(head.type);
  start_ = out_.size();
  is_empty_ = true;
  length_bytes_ = length_bytes(head);
  out_.append(length_bytes_, '\0');
  Writer writer{out_};
  const std::string name = exposed_name(head.name, escaping_, NameKind::Metric);
  writer.add_string(field::metric_family::Name, name);
  write_string(writer, field::metric_family::Help, head.help);
  writer.add_enum(field::metric_family::Type, protobuf_type_number(head.type));
  const auto base = head.type == MetricType::Counter ? without_suffix(name, suffix::kTotal) : std::string_view{name};
  if (is_unit_of(head.unit, base, head.type)) write_string(writer, field::metric_family::Unit, head.unit);
}

void ProtobufWriter::add(const MetricSnapshot& metric) {
  labels_.clear();
  {
    Writer writer{labels_};
    for (const Label& label : metric.labels) write_label(writer, label.name, label.value, escaping_);
    if (metric.timestamp != 0) writer.add_int64(field::metric::TimestampMs, metric.timestamp);
  }
  add(
      labels_.size(), [&](char* at) { return copy_text(at, labels_); }, metric);
}

void ProtobufWriter::add(std::string_view labels, const MetricSnapshot& metric) {
  is_empty_ = false;
  if (head_.type == MetricType::StateSet) return add_states(labels, metric);
  if (is_number(metric)) return add_number(labels, head_.type == MetricType::Info ? 1 : metric.value, metric.created);
  flush();
  Writer family{out_};
  Writer writer{family, field::metric_family::Metric};
  out_ += labels;
  if (head_.type == MetricType::Counter) {
    write_counter(writer, metric, escaping_);
  } else if (head_.type == MetricType::Summary) {
    write_summary(writer, metric);
  } else {
    write_histogram(writer, metric);
  }
}

// With all lengths put where they belong when what they count is there.
char* ProtobufWriter::put_payload(char* at, double value, UnixNanos created) const noexcept {
  char* const message = at;
  at = put_key(at + 2, field::counter::Value, protozero::pbf_wire_type::fixed64);
  at = put_double(at, value);
  if (head_.type == MetricType::Counter && created > 0) {
    char* const timestamp = at;
    at = put_key(at + 2, field::timestamp::Seconds, protozero::pbf_wire_type::varint);
    at = put_varint(at, static_cast<std::uint64_t>(created / 1'000'000'000));
    at = put_key(at, field::timestamp::Nanos, protozero::pbf_wire_type::varint);
    at = put_varint(at, static_cast<std::uint64_t>(created % 1'000'000'000));
    (void)put_length_key(timestamp, field::counter::Created, static_cast<std::size_t>(at - timestamp - 2));
  }
  (void)put_length_key(message, payload_, static_cast<std::size_t>(at - message - 2));
  return at;
}

void ProtobufWriter::put_number(char* labels, char* end, const MetricSnapshot& metric) {
  end = put_payload(end, head_.type == MetricType::Info ? 1 : metric.value, metric.created);
  const auto length = static_cast<std::size_t>(end - labels);
  if (const std::size_t before = varint_field_bytes(length); before != head_bytes_) [[unlikely]] {
    std::memmove(at_ + before, labels, length);
    head_bytes_ = before;
  }
  at_ = put_length_key(at_, field::metric_family::Metric, length) + length;
}

// In one piece, since its length is known.
void ProtobufWriter::add_number(std::string_view labels, double value, UnixNanos created) {
  char number[kMostBytesBesides];
  const auto bytes = static_cast<std::size_t>(put_payload(number, value, created) - number);
  if (room() < kLengthKeyBytes) flush();
  at_ = put_length_key(at_, field::metric_family::Metric, labels.size() + bytes);
  flush();
  out_.append(labels).append(number, bytes);
}

void ProtobufWriter::add_states(std::string_view labels, const MetricSnapshot& metric) {
  for (const auto& state : metric.states) {
    state_labels_.assign(labels);
    {
      Writer writer{state_labels_};
      write_label(writer, head_.name, state.name, escaping_);
    }
    add_number(state_labels_, state.enabled ? 1 : 0);
  }
}

void ProtobufWriter::write_histogram(Writer& parent, const MetricSnapshot& metric) const {
  Writer writer{parent, field::metric::Histogram};
  const std::uint64_t count = count_of(metric);
  const bool native = has_native(metric);
  writer.add_uint64(field::histogram::Count, count);
  writer.add_double(field::histogram::Sum, metric.sum);
  if (!metric.buckets.empty() || !native) {
    for_each_bucket(metric, count, [&](double lower, double upper, std::uint64_t cumulative) {
      Writer message{writer, field::histogram::Bucket};
      message.add_uint64(field::bucket::CumulativeCount, cumulative);
      message.add_double(field::bucket::UpperBound, upper);
      write_exemplar(message, field::bucket::Exemplar, newest_in(metric.exemplars, lower, upper, escaping_), escaping_);
    });
  }
  if (head_.type == MetricType::Histogram && metric.created > 0) {
    Writer timestamp{writer, field::histogram::Created};
    fill_time(timestamp, metric.created);
  }
  if (!native) return;
  write_native(writer, metric.native);
  for (const Exemplar& one : metric.exemplars) {
    // Without a time Prometheus doesn't take them here.
    if (one.timestamp > 0 && is_allowed(one, escaping_))
      write_exemplar(writer, field::histogram::Exemplars, &one, escaping_);
  }
}

// What stands before the family is complete.
void ProtobufWriter::store() {
  if (start_ != 0) (*sink_)(std::string_view{out_}.substr(0, start_));
  out_.erase(0, start_ + length_bytes_);
  start_ = length_bytes_ = 0;
  stored_ += out_.size();
  store_->keep(std::exchange(out_, {}));
  out_.reserve(kPieceBytes + kBufferBytes);
}

void ProtobufWriter::end() {
  flush();
  if (is_empty_) return out_.resize(start_);
  char varint[kLengthKeyBytes];
  const char* const varint_end = put_varint(varint, stored_ + out_.size() - start_ - length_bytes_);
  const auto varint_bytes = static_cast<std::size_t>(varint_end - varint);
  if (stored_ != 0) {
    (*sink_)({varint, varint_bytes});
    store_->give(*sink_);
    stored_ = 0;
  } else {
    out_.replace(start_, length_bytes_, varint, varint_bytes);
    if (sink_ == nullptr || out_.size() < kPieceBytes) return;
  }
  (*sink_)(out_);
  out_.clear();
}

}  // namespace vitals::detail
