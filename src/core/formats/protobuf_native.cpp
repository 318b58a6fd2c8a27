#include "core/formats/protobuf_native.hpp"

#include <cstdint>
#include <iterator>
#include <vector>

#include "core/formats/protobuf_fields.hpp"

namespace vitals::detail {

namespace {

using Writer = protozero::pbf_writer;
using Tag = protozero::pbf_tag_type;
using NativeSide = std::vector<NativeBuckets::Bucket>;

// One or two empty buckets cost less when they are written than a new span does.
constexpr std::int64_t kMaxFilledGap = 2;

std::int64_t gap(const NativeBuckets::Bucket& before, const NativeBuckets::Bucket& next) noexcept {
  return std::int64_t{next.index} - before.index - 1;
}

void write_span(Writer& parent, Tag tag, std::int64_t offset, std::int64_t length) {
  Writer span{parent, tag};
  span.add_sint32(field::bucket_span::Offset, static_cast<std::int32_t>(offset));
  span.add_uint32(field::bucket_span::Length, static_cast<std::uint32_t>(length));
}

void write_spans(Writer& writer, Tag tag, const NativeSide& buckets) {
  std::int64_t end = 0;  // of the span before
  for (auto first = buckets.begin(); first != buckets.end();) {
    auto last = first;
    while (std::next(last) != buckets.end() && gap(*last, *std::next(last)) <= kMaxFilledGap) ++last;
    write_span(writer, tag, first->index - end, std::int64_t{last->index} - first->index + 1);
    end = std::int64_t{last->index} + 1;
    first = std::next(last);
  }
}

void write_deltas(Writer& writer, Tag tag, const NativeSide& buckets) {
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

}  // namespace

void write_native(Writer& writer, const NativeBuckets& native) {
  writer.add_sint32(field::histogram::Schema, native.schema);
  writer.add_double(field::histogram::ZeroThreshold, native.zero_threshold);
  writer.add_uint64(field::histogram::ZeroCount, native.zero_count);
  write_spans(writer, field::histogram::NegativeSpan, native.negative);
  write_deltas(writer, field::histogram::NegativeDelta, native.negative);
  write_spans(writer, field::histogram::PositiveSpan, native.positive);
  write_deltas(writer, field::histogram::PositiveDelta, native.positive);
  // Nothing else would tell an empty one from a classic histogram without buckets.
  if (native.zero_threshold == 0 && native.zero_count == 0 && native.negative.empty() && native.positive.empty())
    write_span(writer, field::histogram::PositiveSpan, 0, 0);
}

}  // namespace vitals::detail
