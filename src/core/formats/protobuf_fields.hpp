#pragma once

#include <cstddef>
#include <cstdint>

#include <vitals/snapshot.hpp>

#include "core/formats/private_protozero.hpp"

/// The numbers of the fields of each message of io.prometheus.client
/// (https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto) and of
/// google.protobuf.Timestamp.
namespace vitals::detail::field {

namespace metric_family {
enum : protozero::pbf_tag_type { Name = 1, Help = 2, Type = 3, Metric = 4, Unit = 5 };
}
namespace metric {
enum : protozero::pbf_tag_type {
  Label = 1,
  Gauge = 2,
  Counter = 3,
  Summary = 4,
  Untyped = 5,
  TimestampMs = 6,
  Histogram = 7
};
}
namespace label_pair {
enum : protozero::pbf_tag_type { Name = 1, Value = 2 };
}
namespace number {  // Gauge and Untyped, and what Counter has of them
enum : protozero::pbf_tag_type { Value = 1 };
}
namespace counter {
enum : protozero::pbf_tag_type { Value = number::Value, Exemplar = 2, Created = 3 };
}
namespace summary {
enum : protozero::pbf_tag_type { Count = 1, Sum = 2, Quantile = 3, Created = 4 };
}
namespace quantile {
enum : protozero::pbf_tag_type { Quantile = 1, Value = 2 };
}
namespace histogram {
enum : protozero::pbf_tag_type {
  Count = 1,
  Sum = 2,
  Bucket = 3,
  CountFloat = 4,
  Schema = 5,
  ZeroThreshold = 6,
  ZeroCount = 7,
  ZeroCountFloat = 8,
  NegativeSpan = 9,
  NegativeDelta = 10,
  NegativeCount = 11,
  PositiveSpan = 12,
  PositiveDelta = 13,
  PositiveCount = 14,
  Created = 15,
  Exemplars = 16
};
}
namespace bucket {
enum : protozero::pbf_tag_type { CumulativeCount = 1, UpperBound = 2, Exemplar = 3, CumulativeCountFloat = 4 };
}
namespace bucket_span {
enum : protozero::pbf_tag_type { Offset = 1, Length = 2 };
}
namespace exemplar {
enum : protozero::pbf_tag_type { Label = 1, Value = 2, Timestamp = 3 };
}
namespace timestamp {
enum : protozero::pbf_tag_type { Seconds = 1, Nanos = 2 };
}

}  // namespace vitals::detail::field

namespace vitals::detail {

/// The field of Metric that holds what a metric of the type has.
[[nodiscard]] constexpr protozero::pbf_tag_type payload_field(MetricType type) noexcept {
  switch (type) {
    case MetricType::Counter:
      return field::metric::Counter;
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      return field::metric::Histogram;
    case MetricType::Summary:
      return field::metric::Summary;
    case MetricType::Gauge:
    case MetricType::Info:
    case MetricType::StateSet:
      return field::metric::Gauge;
    case MetricType::Untyped:
      break;
  }
  return field::metric::Untyped;
}

/// Writes a varint of at most ten bytes; returns its end. Here and below by hand, since writers of whole messages take
/// several times as long for a few bytes whose lengths are known.
[[nodiscard]] inline char* put_varint(char* at, std::uint64_t n) noexcept {
  for (; n > 0x7F; n >>= 7) *at++ = static_cast<char>((n & 0x7F) | 0x80);
  *at++ = static_cast<char>(n);
  return at;
}
/// Writes the beginning of a field whose number is below 16: of a varint, a double, a text or a message.
[[nodiscard]] inline char* put_key(char* at, protozero::pbf_tag_type number, protozero::pbf_wire_type type) noexcept {
  *at++ = static_cast<char>(number << 3 | static_cast<std::uint32_t>(type));
  return at;
}
/// The same of a text or message of that many bytes; at most kLengthKeyBytes.
[[nodiscard]] inline char* put_length_key(char* at, protozero::pbf_tag_type number, std::size_t length) noexcept {
  return put_varint(put_key(at, number, protozero::pbf_wire_type::length_delimited), length);
}
inline constexpr std::size_t kLengthKeyBytes = 11;

/// What fields of a protobuf message take whose number is below 16.
[[nodiscard]] inline std::size_t varint_field_bytes(std::uint64_t n) noexcept {
  return 1 + static_cast<std::size_t>(protozero::length_of_varint(n));
}
[[nodiscard]] inline std::size_t text_field_bytes(std::size_t length) noexcept {
  return varint_field_bytes(length) + length;
}

}  // namespace vitals::detail
