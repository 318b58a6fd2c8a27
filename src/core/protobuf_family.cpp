#include "core/protobuf_family.hpp"

#include <cstdint>
#include <iterator>
#include <limits>

#include "core/escaping.hpp"
#include "core/exemplars.hpp"
#include "core/histogram_view.hpp"
#include "core/names.hpp"

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
namespace histogram {
enum : Tag {
  kCount = 1,
  kSum = 2,
  kBucket = 3,
  kSchema = 5,
  kZeroThreshold = 6,
  kZeroCount = 7,
  kNegativeSpan = 9,
  kNegativeDelta = 10,
  kPositiveSpan = 12,
  kPositiveDelta = 13,
  kStart = 15,
  kExemplars = 16
};
}
namespace bucket {
enum : Tag { kCount = 1, kUpperBound = 2, kExemplar = 3 };
}
namespace exemplar {
enum : Tag { kValue = 2, kTimestamp = 3 };
}

std::int32_t type_number(MetricType type) noexcept {
  switch (type) {
    case MetricType::Counter:
      return 0;
    case MetricType::Gauge:
    case MetricType::Info:
    case MetricType::StateSet:
      return 1;
    case MetricType::Summary:
      return 2;
    case MetricType::Histogram:
      return 4;
    case MetricType::GaugeHistogram:
      return 5;
    case MetricType::Untyped:
      break;
  }
  return 3;
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

void write_time(Writer& parent, Tag tag, UnixNanos time) {
  if (time <= 0) return;
  Writer timestamp{parent, tag};
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

void write_number(Writer& parent, Tag tag, double value) {
  Writer writer{parent, tag};
  writer.add_double(1, value);
}

// ---- native histograms

using Native = std::vector<NativeBuckets::Bucket>;

// One or two empty buckets cost less when they are written than a new span does.
constexpr std::int64_t kMaxFilledGap = 2;

std::int64_t gap(const NativeBuckets::Bucket& before, const NativeBuckets::Bucket& next) noexcept {
  return std::int64_t{next.index} - before.index - 1;
}

void write_span(Writer& parent, Tag tag, std::int64_t offset, std::int64_t length) {
  Writer span{parent, tag};
  span.add_sint32(1, static_cast<std::int32_t>(offset));
  span.add_uint32(2, static_cast<std::uint32_t>(length));
}

void write_spans(Writer& writer, Tag tag, const Native& buckets) {
  std::int64_t end = 0;  // of the span before
  for (auto first = buckets.begin(); first != buckets.end();) {
    auto last = first;
    while (std::next(last) != buckets.end() && gap(*last, *std::next(last)) <= kMaxFilledGap) ++last;
    write_span(writer, tag, first->index - end, std::int64_t{last->index} - first->index + 1);
    end = std::int64_t{last->index} + 1;
    first = std::next(last);
  }
}

void write_deltas(Writer& writer, Tag tag, const Native& buckets) {
  if (buckets.empty()) return;
  protozero::packed_field_sint64 deltas{writer, tag};
  std::uint64_t before = 0;
  const auto write = [&](std::uint64_t count) {
    deltas.add_element(static_cast<std::int64_t>(count - before));
    before = count;
  };
  for (auto i = buckets.begin(); i != buckets.end(); ++i) {
    const std::int64_t empty = i == buckets.begin() ? 0 : gap(*std::prev(i), *i);
    if (empty <= kMaxFilledGap) {
      for (std::int64_t n = 0; n < empty; ++n) write(0);
    }
    write(i->count);
  }
}

void write_native(Writer& writer, const NativeBuckets& native) {
  writer.add_sint32(histogram::kSchema, native.schema);
  writer.add_double(histogram::kZeroThreshold, native.zero_threshold);
  writer.add_uint64(histogram::kZeroCount, native.zero_count);
  write_spans(writer, histogram::kNegativeSpan, native.negative);
  write_deltas(writer, histogram::kNegativeDelta, native.negative);
  write_spans(writer, histogram::kPositiveSpan, native.positive);
  write_deltas(writer, histogram::kPositiveDelta, native.positive);
  // Nothing else would tell an empty one from a classic histogram without buckets.
  if (native.zero_threshold == 0 && native.zero_count == 0 && native.negative.empty() && native.positive.empty())
    write_span(writer, histogram::kPositiveSpan, 0, 0);
}

}  // namespace

ProtobufFamily::ProtobufFamily(std::string& out, const FamilyHead& head, const Exposition& how)
    : out_{out}, head_{head}, escaping_{how.escaping}, start_{out.size()} {
  out_.append(kLengthBytes, '\0');
  Writer writer{out_};
  std::string name = exposed_name(head.name, escaping_, NameKind::Metric);
  writer.add_string(family::kName, name);
  write_string(writer, family::kHelp, head.help);
  writer.add_enum(family::kType, type_number(head.type));
  if (head.type == MetricType::Counter && name.ends_with("_total")) name.resize(name.size() - 6);
  if (is_unit_of(head.unit, name, head.type)) write_string(writer, family::kUnit, head.unit);
}

void ProtobufFamily::add(const MetricSnapshot& metric) {
  labels_.clear();
  {
    Writer writer{labels_};
    for (const Label& label : metric.labels) write_label(writer, label.name, label.value, escaping_);
  }
  if (head_.type == MetricType::StateSet) return add_states(metric);
  Writer family{out_};
  Writer writer{family, family::kMetric};
  out_ += labels_;
  write_value(writer, metric);
}

void ProtobufFamily::add_states(const MetricSnapshot& metric) {
  for (const auto& state : metric.states) {
    Writer family{out_};
    Writer writer{family, family::kMetric};
    out_ += labels_;
    write_label(writer, head_.name, state.name, escaping_);
    write_number(writer, metric_message::kGauge, state.enabled ? 1 : 0);
  }
}

void ProtobufFamily::write_value(Writer& writer, const MetricSnapshot& metric) const {
  switch (head_.type) {
    case MetricType::Counter:
      return write_counter(writer, metric, escaping_);
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      return write_histogram(writer, metric);
    case MetricType::Summary:
      return write_summary(writer, metric);
    case MetricType::Untyped:
      return write_number(writer, metric_message::kUntyped, metric.value);
    case MetricType::Info:
      return write_number(writer, metric_message::kGauge, 1);
    default:
      return write_number(writer, metric_message::kGauge, metric.value);
  }
}

void ProtobufFamily::write_histogram(Writer& parent, const MetricSnapshot& metric) const {
  Writer writer{parent, metric_message::kHistogram};
  const std::uint64_t count = count_of(metric);
  const bool native = has_native(metric);
  writer.add_uint64(histogram::kCount, count);
  writer.add_double(histogram::kSum, metric.sum);
  if (!metric.buckets.empty() || !native) {
    for_each_bucket(metric, count, [&](double lower, double upper, std::uint64_t cumulative) {
      Writer message{writer, histogram::kBucket};
      message.add_uint64(bucket::kCount, cumulative);
      message.add_double(bucket::kUpperBound, upper);
      write_exemplar(message, bucket::kExemplar, newest_in(metric.exemplars, lower, upper, escaping_), escaping_);
    });
  }
  if (head_.type == MetricType::Histogram) write_time(writer, histogram::kStart, metric.created);
  if (!native) return;
  write_native(writer, metric.native);
  for (const Exemplar& one : metric.exemplars) {
    // Without a time Prometheus doesn't take them here.
    if (one.timestamp > 0 && is_allowed(one, escaping_)) write_exemplar(writer, histogram::kExemplars, &one, escaping_);
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
