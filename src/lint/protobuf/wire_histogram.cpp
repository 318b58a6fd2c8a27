// Nothing here grows with the lengths that a message claims to have.
#include "lint/protobuf/wire_histogram.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/cells/log_index.hpp"
#include "core/formats/protobuf_fields.hpp"
#include "core/lint/lint_report.hpp"
#include "core/lint/rules.hpp"
#include "core/text/limits.hpp"
#include "lint/checks/value_checks.hpp"
#include "lint/protobuf/wire_metric.hpp"

namespace vitals::detail {

namespace {

constexpr std::int32_t kCustomBounds = -53;  // the schema of native histograms with bounds of their own

// The positive or the negative buckets of a native histogram.
struct NativeSide {
  bool any_span = false;
  std::uint64_t length = 0;  // of all spans
  std::int64_t index = 0;    // of the bucket after the last span
  bool bad_offset = false;
  std::uint64_t deltas = 0;
  std::uint64_t floats = 0;
  std::int64_t last = 0;  // count of the last bucket
  std::uint64_t total = 0;
  bool overflow = false;
  bool bad_count = false;

  void add_delta(std::int64_t delta) {
    ++deltas;
    overflow = __builtin_add_overflow(last, delta, &last) || overflow;
    bad_count = bad_count || (last < 0 && !overflow);
    if (last > 0) overflow = __builtin_add_overflow(total, static_cast<std::uint64_t>(last), &total) || overflow;
  }
  void add_float(double count) {
    ++floats;
    bad_count = bad_count || !(count >= 0);
  }
};

class HistogramReader {
 public:
  HistogramReader(const LintContext& context, const WireMessage& message, bool gauge, std::vector<double>& bounds)
      : context_{context}, message_{message}, bounds_{bounds} {
    point_.first = message.at();
    point_.gauge = gauge;
  }

  void run() {
    if (!read()) return;
    check_classic();
    check_native();
  }
  [[nodiscard]] bool native() const {
    return negative_.any_span || positive_.any_span || zero_threshold_ > 0 || zero_count_ > 0 || zero_float_ > 0;
  }

 private:
  bool read();
  void bucket(const WireMessage& message);
  void span(const WireMessage& message, NativeSide& side);
  void check_classic();
  void check_native();
  void check_side(const NativeSide& side, std::string_view which);
  void check_total();
  void add(LintRule rule, std::string message) const { context_.add(message_.at(), rule, std::move(message)); }

  const LintContext& context_;
  const WireMessage& message_;
  std::vector<double>& bounds_;
  HistogramPoint point_;
  std::uint64_t count_ = 0;
  std::optional<double> count_float_;
  std::int32_t schema_ = 0;
  double zero_threshold_ = 0;
  std::uint64_t zero_count_ = 0;
  double zero_float_ = 0;
  NativeSide negative_;
  NativeSide positive_;
};

bool HistogramReader::read() {
  namespace number = field::histogram;
  const auto to_span = [this](NativeSide& side) {
    return [this, &side](auto& reader) { span(message_.inner(reader), side); };
  };
  // Repeated numbers come one by one or packed.
  const auto to_delta = [](NativeSide& side) { return [&](auto& reader) { side.add_delta(reader.get_sint64()); }; };
  const auto to_deltas = [](NativeSide& side) {
    return [&](auto& reader) {
      for (const auto delta : reader.get_packed_sint64()) side.add_delta(delta);
    };
  };
  const auto to_float = [](NativeSide& side) { return [&](auto& reader) { side.add_float(reader.get_double()); }; };
  const auto to_floats = [](NativeSide& side) {
    return [&](auto& reader) {
      for (const auto count : reader.get_packed_double()) side.add_float(count);
    };
  };
  return read_fields(
      context_, message_, wire_field(number::Count, kVarint, [&](auto& reader) { count_ = reader.get_uint64(); }),
      wire_field(number::Sum, kFixed64,
                 [&](auto& reader) {
                   point_.sum = PlacedNumber{reader.get_double(), message_.at()};
                 }),
      wire_field(number::Bucket, kLength, [&](auto& reader) { bucket(message_.inner(reader)); }),
      wire_field(number::CountFloat, kFixed64, [&](auto& reader) { count_float_ = reader.get_double(); }),
      wire_field(number::Schema, kVarint, [&](auto& reader) { schema_ = reader.get_sint32(); }),
      wire_field(number::ZeroThreshold, kFixed64, [&](auto& reader) { zero_threshold_ = reader.get_double(); }),
      wire_field(number::ZeroCount, kVarint, [&](auto& reader) { zero_count_ = reader.get_uint64(); }),
      wire_field(number::ZeroCountFloat, kFixed64, [&](auto& reader) { zero_float_ = reader.get_double(); }),
      wire_field(number::NegativeSpan, kLength, to_span(negative_)),
      wire_field(number::NegativeDelta, kVarint, to_delta(negative_)),
      wire_field(number::NegativeDelta, kLength, to_deltas(negative_)),
      wire_field(number::NegativeCount, kFixed64, to_float(negative_)),
      wire_field(number::NegativeCount, kLength, to_floats(negative_)),
      wire_field(number::PositiveSpan, kLength, to_span(positive_)),
      wire_field(number::PositiveDelta, kVarint, to_delta(positive_)),
      wire_field(number::PositiveDelta, kLength, to_deltas(positive_)),
      wire_field(number::PositiveCount, kFixed64, to_float(positive_)),
      wire_field(number::PositiveCount, kLength, to_floats(positive_)),
      wire_field(number::Created, kLength,
                 [&](auto& reader) { check_wire_timestamp(context_, message_.inner(reader)); }),
      wire_field(number::Exemplars, kLength, [&](auto& reader) {
        if (!read_wire_exemplar(context_, message_.inner(reader)).timestamp)
          add(LintRule::ExemplarTimestamp, "an exemplar of a native histogram has no timestamp; Prometheus drops it");
      }));
}

void HistogramReader::bucket(const WireMessage& message) {
  double bound = 0;
  double count = 0;
  std::optional<WireExemplar> exemplar;
  read_fields(
      context_, message,
      wire_field(field::bucket::CumulativeCount, kVarint,
                 [&](auto& reader) { count = static_cast<double>(reader.get_uint64()); }),
      wire_field(field::bucket::UpperBound, kFixed64, [&](auto& reader) { bound = reader.get_double(); }),
      wire_field(field::bucket::Exemplar, kLength,
                 [&](auto& reader) { exemplar = read_wire_exemplar(context_, message.inner(reader)); }),
      wire_field(field::bucket::CumulativeCountFloat, kFixed64, [&](auto& reader) { count = reader.get_double(); }));
  if (std::isnan(bound)) return context_.add(message.at(), LintRule::LeInvalid, "a bucket's bound is NaN");
  const auto lower = point_.bound;
  if (exemplar && (!lower || *lower < bound))
    check_exemplar_value(context_, message.at(), exemplar->value, lower, bound);
  if (const auto before = add_bucket(context_, point_, message.at(), bound, count))
    report_bucket_order(context_, message.at(), bound, *before);
  if (std::isfinite(bound) && bounds_.size() < kMaxBounds) bounds_.push_back(bound);
}

void HistogramReader::span(const WireMessage& message, NativeSide& side) {
  std::int32_t offset = 0;
  std::uint32_t length = 0;
  read_fields(context_, message,
              wire_field(field::bucket_span::Offset, kVarint, [&](auto& reader) { offset = reader.get_sint32(); }),
              wire_field(field::bucket_span::Length, kVarint, [&](auto& reader) { length = reader.get_uint32(); }));
  // A body has no room for so many 32-bit numbers that their sum needs more than 64 bits.
  side.bad_offset = side.bad_offset || (side.any_span && offset < 0);
  side.any_span = true;
  side.length += length;
  side.index += std::int64_t{offset} + length;
  constexpr std::int64_t kHighest = std::numeric_limits<std::int32_t>::max();
  side.bad_offset = side.bad_offset || side.index > kHighest || side.index < -kHighest;
}

void HistogramReader::check_classic() {
  const double count = count_float_ ? *count_float_ : static_cast<double>(count_);
  if (count_float_) check_count(context_, message_.at(), count);
  const bool too_many = point_.reached && *point_.reached > count;
  if ((point_.infinite && *point_.infinite != count) || too_many)
    add(LintRule::HistogramCountMismatch, "the last bucket counts " + number_text(*point_.reached) +
                                              ", sample_count is " + number_text(count) +
                                              "; the bucket +Inf must be equal to it");
  check_histogram_sum(context_, point_);
}

void HistogramReader::check_native() {
  if (!is_zero_threshold(zero_threshold_))
    add(LintRule::NativeZeroThreshold,
        "zero_threshold is " + number_text(zero_threshold_) + "; it must be finite, from 0");
  if (!(zero_float_ >= 0)) add(LintRule::NativeNegativeCount, "zero_count_float is negative or NaN");
  check_side(positive_, "positive");
  check_side(negative_, "negative");
  if (!native()) return;
  if ((schema_ < kCoarsestSchema || schema_ > kFinestSchema) && schema_ != kCustomBounds)
    add(LintRule::NativeSchema, "schema is " + std::to_string(schema_) + "; it must be from -4 to 8, or -53");
  check_total();
}

void HistogramReader::check_side(const NativeSide& side, std::string_view which) {
  const std::string name{which};
  if (side.deltas > 0 && side.floats > 0)
    add(LintRule::NativeSpans, name + " buckets have both deltas and float counts; give one of them");
  else if (side.length != side.deltas + side.floats)
    add(LintRule::NativeSpans, name + " spans hold " + std::to_string(side.length) + " buckets, and there are " +
                                   std::to_string(side.deltas + side.floats) + " counts; they must be as many");
  else if (side.bad_offset)
    add(LintRule::NativeSpans, name + " spans: only the first offset may be negative, and an index has 32 bits");
  if (side.bad_count) add(LintRule::NativeNegativeCount, "a count of the " + name + " buckets is negative or NaN");
  if (side.overflow) add(LintRule::NativeCountMismatch, "the counts of the " + name + " buckets exceed 64 bits");
}

void HistogramReader::check_total() {
  const bool floats = count_float_ || positive_.floats > 0 || negative_.floats > 0;
  const bool told = positive_.bad_count || negative_.bad_count || positive_.overflow || negative_.overflow;
  if (floats || told) return;
  std::uint64_t total = zero_count_;
  const bool overflow =
      __builtin_add_overflow(total, positive_.total, &total) || __builtin_add_overflow(total, negative_.total, &total);
  // A NaN that was observed is counted, and is in no bucket.
  const bool fits = point_.sum && std::isnan(point_.sum->value) ? total <= count_ : total == count_;
  if (overflow || !fits)
    add(LintRule::NativeCountMismatch, "the native buckets count " + std::to_string(total) + ", sample_count is " +
                                           std::to_string(count_) + "; they must be equal");
}

}  // namespace

bool lint_wire_histogram(const LintContext& context, const WireMessage& message, bool gauge,
                         std::vector<double>& bounds) {
  HistogramReader reader{context, message, gauge, bounds};
  reader.run();
  return !reader.native();
}

}  // namespace vitals::detail
