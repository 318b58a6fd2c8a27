#include "core/protobuf_family.hpp"

#include <cstdint>
#include <limits>

#include <protozero/basic_pbf_writer.hpp>
#include <protozero/buffer_fixed.hpp>
#include <protozero/varint.hpp>

#include "core/ascii.hpp"
#include "core/escaping.hpp"
#include "core/exemplars.hpp"
#include "core/histogram_view.hpp"
#include "core/label_messages.hpp"
#include "core/metric_types.hpp"
#include "core/names.hpp"
#include "core/protobuf_native.hpp"
#include "core/utf8.hpp"

namespace vitals::detail {

namespace {

using Writer = protozero::pbf_writer;
using Tag = protozero::pbf_tag_type;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kLengthBytes = 5;  // what a varint of 32 bits takes at most

// The numbers of metrics.proto.
namespace family {
enum : Tag { kName = 1, kHelp = 2, kType = 3, kMetric = 4, kUnit = 5 };
}
namespace metric_message {
enum : Tag { kLabel = 1, kGauge = 2, kCounter = 3, kSummary = 4, kUntyped = 5, kHistogram = 7 };
}
namespace counter {
enum : Tag { kValue = 1, kExemplar = 2, kStart = 3 };
}
namespace summary {
enum : Tag { kCount = 1, kSum = 2, kQuantile = 3, kStart = 4 };
}
namespace bucket {
enum : Tag { kCount = 1, kUpperBound = 2, kExemplar = 3 };
}
namespace exemplar {
enum : Tag { kValue = 2, kTimestamp = 3 };
}

void write_string(Writer& writer, Tag tag, std::string_view text) {
  if (is_valid_utf8(text)) {
    writer.add_string(tag, text.data(), text.size());
  } else {
    writer.add_string(tag, to_valid_utf8(text));
  }
}

void write_label(Writer& parent, std::string_view name, std::string_view value, Escaping escaping) {
  Writer label{parent, metric_message::kLabel};  // in an Exemplar it has the same number
  if (is_legacy_name(name, NameKind::Label)) {
    label.add_string(1, name.data(), name.size());
  } else {
    label.add_string(1, escape_name(name, escaping, NameKind::Label));
  }
  write_string(label, 2, value);
}

// None: 0.
std::size_t time_bytes(UnixNanos time) noexcept {
  const auto part = [](UnixNanos n) { return varint_field_bytes(static_cast<std::uint64_t>(n)); };
  return time <= 0 ? 0 : part(time / 1'000'000'000) + part(time % 1'000'000'000);
}

template <class AnyWriter>
void write_time(AnyWriter& parent, Tag tag, UnixNanos time) {
  if (time <= 0) return;
  AnyWriter timestamp{parent, tag, time_bytes(time)};
  timestamp.add_int64(1, time / 1'000'000'000);
  timestamp.add_int32(2, static_cast<std::int32_t>(time % 1'000'000'000));
}

void write_exemplar(Writer& parent, Tag tag, const Exemplar* one, Escaping escaping) {
  if (one == nullptr) return;
  Writer writer{parent, tag};
  for (const Label& label : one->labels) write_label(writer, label.name, label.value, escaping);
  writer.add_double(exemplar::kValue, one->value);
  write_time(writer, exemplar::kTimestamp, one->timestamp);
}

void write_counter(Writer& parent, const MetricSnapshot& metric, Escaping escaping) {
  Writer writer{parent, metric_message::kCounter};
  writer.add_double(counter::kValue, metric.value);
  write_exemplar(writer, counter::kExemplar, newest_in(metric.exemplars, -kInfinity, kInfinity, escaping), escaping);
  write_time(writer, counter::kStart, metric.created);
}

void write_summary(Writer& parent, const MetricSnapshot& metric) {
  Writer writer{parent, metric_message::kSummary};
  writer.add_uint64(summary::kCount, metric.count);
  writer.add_double(summary::kSum, metric.sum);
  for (const auto& [quantile, value] : metric.quantiles) {
    Writer message{writer, summary::kQuantile};
    message.add_double(1, quantile);
    message.add_double(2, value);
  }
  write_time(writer, summary::kStart, metric.created);
}

}  // namespace

ProtobufFamily::ProtobufFamily(std::string& out, const FamilyHead& head, const Exposition& how)
    : out_{out}, head_{head}, escaping_{how.escaping}, start_{out.size()} {
  out_.append(kLengthBytes, '\0');
  Writer writer{out_};
  const std::string name = exposed_name(head.name, escaping_, NameKind::Metric);
  writer.add_string(family::kName, name);
  write_string(writer, family::kHelp, head.help);
  writer.add_enum(family::kType, protobuf_type_number(head.type));
  const auto base = head.type == MetricType::Counter ? without_suffix(name, suffix::kTotal) : std::string_view{name};
  if (is_unit_of(head.unit, base, head.type)) write_string(writer, family::kUnit, head.unit);
}

void ProtobufFamily::add(const MetricSnapshot& metric) {
  labels_.clear();
  {
    Writer writer{labels_};
    for (const Label& label : metric.labels) write_label(writer, label.name, label.value, escaping_);
  }
  add(labels_, metric);
}

void ProtobufFamily::add(std::string_view labels, const MetricSnapshot& metric) {
  switch (head_.type) {
    case MetricType::Counter:
      if (!metric.exemplars.empty()) break;
      return add_number(labels, metric_message::kCounter, metric.value, metric.created);
    case MetricType::Gauge:
      return add_number(labels, metric_message::kGauge, metric.value);
    case MetricType::Untyped:
      return add_number(labels, metric_message::kUntyped, metric.value);
    case MetricType::Info:
      return add_number(labels, metric_message::kGauge, 1);
    case MetricType::StateSet:
      return add_states(labels, metric);
    default:
      break;
  }
  Writer family{out_};
  Writer writer{family, family::kMetric};
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
void ProtobufFamily::add_number(std::string_view labels, Tag tag, double value, UnixNanos created) {
  using ShortWriter = protozero::basic_pbf_writer<protozero::fixed_size_buffer_adaptor>;
  constexpr std::size_t kDoubleBytes = 9;
  const std::size_t time = time_bytes(created);
  char bytes[64];
  protozero::fixed_size_buffer_adaptor number{bytes, sizeof bytes};
  {
    ShortWriter metric{number};
    ShortWriter writer{metric, tag, kDoubleBytes + (time == 0 ? 0 : text_field_bytes(time))};
    writer.add_double(counter::kValue, value);
    write_time(writer, counter::kStart, created);
  }
  Writer family{out_};
  const Writer metric{family, family::kMetric, labels.size() + number.size()};
  out_.append(labels).append(number.data(), number.size());
}

void ProtobufFamily::add_states(std::string_view labels, const MetricSnapshot& metric) {
  for (const auto& state : metric.states) {
    state_labels_.assign(labels);
    {
      Writer writer{state_labels_};
      write_label(writer, head_.name, state.name, escaping_);
    }
    add_number(state_labels_, metric_message::kGauge, state.enabled ? 1 : 0);
  }
}

void ProtobufFamily::write_histogram(Writer& parent, const MetricSnapshot& metric) const {
  Writer writer{parent, metric_message::kHistogram};
  const std::uint64_t count = count_of(metric);
  const bool native = has_native(metric);
  writer.add_uint64(histogram_field::kCount, count);
  writer.add_double(histogram_field::kSum, metric.sum);
  if (!metric.buckets.empty() || !native) {
    for_each_bucket(metric, count, [&](double lower, double upper, std::uint64_t cumulative) {
      Writer message{writer, histogram_field::kBucket};
      message.add_uint64(bucket::kCount, cumulative);
      message.add_double(bucket::kUpperBound, upper);
      write_exemplar(message, bucket::kExemplar, newest_in(metric.exemplars, lower, upper, escaping_), escaping_);
    });
  }
  if (head_.type == MetricType::Histogram) write_time(writer, histogram_field::kStart, metric.created);
  if (!native) return;
  write_native(writer, metric.native);
  for (const Exemplar& one : metric.exemplars) {
    // Without a time Prometheus doesn't take them here.
    if (one.timestamp > 0 && is_allowed(one, escaping_))
      write_exemplar(writer, histogram_field::kExemplars, &one, escaping_);
  }
}

void ProtobufFamily::finish() {
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
