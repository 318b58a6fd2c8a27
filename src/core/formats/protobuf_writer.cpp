#include "core/formats/protobuf_writer.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/formats/exposed_exemplar.hpp"
#include "core/formats/exposed_histogram.hpp"
#include "core/formats/private_protozero.hpp"
#include "core/formats/protobuf_fields.hpp"
#include "core/formats/protobuf_native.hpp"
#include "core/text/ascii.hpp"
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
constexpr std::size_t kLengthBytes = 5;  // what a varint of 32 bits takes at most

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
  start_ = out_.size();
  is_empty_ = true;
  out_.append(kLengthBytes, '\0');
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
  add(labels_, metric);
}

void ProtobufWriter::add(std::string_view labels, const MetricSnapshot& metric) {
  is_empty_ = false;
  switch (head_.type) {
    case MetricType::Counter:
      if (!metric.exemplars.empty()) break;
      return add_number(labels, field::metric::Counter, metric.value, metric.created);
    case MetricType::Gauge:
      return add_number(labels, field::metric::Gauge, metric.value);
    case MetricType::Untyped:
      return add_number(labels, field::metric::Untyped, metric.value);
    case MetricType::Info:
      return add_number(labels, field::metric::Gauge, 1);
    case MetricType::StateSet:
      return add_states(labels, metric);
    default:
      break;
  }
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

// In one piece, since its length is known. All types have the value as field 1; a time only counters.
void ProtobufWriter::add_number(std::string_view labels, Tag tag, double value, UnixNanos created) {
  constexpr std::size_t kDoubleBytes = 9;
  const std::size_t time = time_bytes(created);
  char bytes[64];
  char* at = put_length_key(bytes, tag, kDoubleBytes + (time == 0 ? 0 : text_field_bytes(time)));
  at = put_key(at, field::counter::Value, protozero::pbf_wire_type::fixed64);
  at = put_double(at, value);
  if (time != 0) {
    at = put_length_key(at, field::counter::Created, time);
    at = put_key(at, field::timestamp::Seconds, protozero::pbf_wire_type::varint);
    at = put_varint(at, static_cast<std::uint64_t>(created / 1'000'000'000));
    at = put_key(at, field::timestamp::Nanos, protozero::pbf_wire_type::varint);
    at = put_varint(at, static_cast<std::uint64_t>(created % 1'000'000'000));
  }
  const std::string_view number{bytes, static_cast<std::size_t>(at - bytes)};
  char head[kLengthKeyBytes];
  const char* const end = put_length_key(head, field::metric_family::Metric, labels.size() + number.size());
  out_.append(head, static_cast<std::size_t>(end - head)).append(labels).append(number);
}

void ProtobufWriter::add_states(std::string_view labels, const MetricSnapshot& metric) {
  for (const auto& state : metric.states) {
    state_labels_.assign(labels);
    {
      Writer writer{state_labels_};
      write_label(writer, head_.name, state.name, escaping_);
    }
    add_number(state_labels_, field::metric::Gauge, state.enabled ? 1 : 0);
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

void ProtobufWriter::end() {
  if (is_empty_) return out_.resize(start_);
  const std::size_t length = out_.size() - start_ - kLengthBytes;
  char varint[kLengthBytes];
  std::size_t n = 0;
  for (std::size_t rest = length;; rest >>= 7) {
    varint[n++] = static_cast<char>((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
    if (rest <= 0x7F) break;
  }
  out_.replace(start_, kLengthBytes, varint, n);
}

}  // namespace vitals::detail
