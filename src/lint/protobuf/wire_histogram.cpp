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
    const bool whole = read_fields(context_, message_, field::histogram::Exemplars,
                                   [this](auto& reader) { return scalar(reader) || repeated(reader); });
    if (!whole) return;
    check_classic();
    check_native();
  }
  [[nodiscard]] bool native() const {
    return negative_.any_span || positive_.any_span || zero_threshold_ > 0 || zero_count_ > 0 || zero_float_ > 0;
  }

 private:
  bool scalar(protozero::pbf_reader& reader);
  bool repeated(protozero::pbf_reader& reader);
  void bucket(const WireMessage& message);
  void span(const WireMessage& message, NativeSide& side);
  void check_classic();
  void check_native();
  void check_side(const NativeSide& side, std::string_view which);
  void check_total();
  void add(LintRule rule, std::string message) const { context_.error(message_.at(), rule, std::move(message)); }

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

bool HistogramReader::scalar(protozero::pbf_reader& reader) {
  switch (reader.tag_and_type()) {
    case protozero::tag_and_type(field::histogram::Count, kVarint):
      count_ = reader.get_uint64();
      return true;
    case protozero::tag_and_type(field::histogram::Sum, kFixed64):
      point_.sum = {reader.get_double(), message_.at()};
      return true;
    case protozero::tag_and_type(field::histogram::CountFloat, kFixed64):
      count_float_ = reader.get_double();
      return true;
    case protozero::tag_and_type(field::histogram::Schema, kVarint):
      schema_ = reader.get_sint32();
      return true;
    case protozero::tag_and_type(field::histogram::ZeroThreshold, kFixed64):
      zero_threshold_ = reader.get_double();
      return true;
    case protozero::tag_and_type(field::histogram::ZeroCount, kVarint):
      zero_count_ = reader.get_uint64();
      return true;
    case protozero::tag_and_type(field::histogram::ZeroCountFloat, kFixed64):
      zero_float_ = reader.get_double();
      return true;
    default:
      return false;
  }
}

bool HistogramReader::repeated(protozero::pbf_reader& reader) {
  auto& side = reader.tag() < field::histogram::PositiveSpan ? negative_ : positive_;
  switch (reader.tag_and_type()) {
    case protozero::tag_and_type(field::histogram::Bucket, kLength):
      bucket(message_.inner(reader));
      return true;
    case protozero::tag_and_type(field::histogram::NegativeSpan, kLength):
    case protozero::tag_and_type(field::histogram::PositiveSpan, kLength):
      span(message_.inner(reader), side);
      return true;
    case protozero::tag_and_type(field::histogram::NegativeDelta, kVarint):
    case protozero::tag_and_type(field::histogram::PositiveDelta, kVarint):
      side.add_delta(reader.get_sint64());
      return true;
    case protozero::tag_and_type(field::histogram::NegativeDelta, kLength):
    case protozero::tag_and_type(field::histogram::PositiveDelta, kLength):
      for (const auto delta : reader.get_packed_sint64()) side.add_delta(delta);
      return true;
    case protozero::tag_and_type(field::histogram::NegativeCount, kFixed64):
    case protozero::tag_and_type(field::histogram::PositiveCount, kFixed64):
      side.add_float(reader.get_double());
      return true;
    case protozero::tag_and_type(field::histogram::NegativeCount, kLength):
    case protozero::tag_and_type(field::histogram::PositiveCount, kLength):
      for (const auto count : reader.get_packed_double()) side.add_float(count);
      return true;
    case protozero::tag_and_type(field::histogram::Created, kLength):
      check_wire_timestamp(context_, message_.inner(reader));
      return true;
    case protozero::tag_and_type(field::histogram::Exemplars, kLength):
      if (!read_wire_exemplar(context_, message_.inner(reader)).timestamp)
        add(LintRule::ExemplarTimestamp, "an exemplar of a native histogram has no timestamp; Prometheus drops it");
      return true;
    default:
      return false;
  }
}

void HistogramReader::bucket(const WireMessage& message) {
  double bound = 0;
  double count = 0;
  std::optional<WireExemplar> exemplar;
  read_fields(context_, message, field::bucket::CumulativeCountFloat, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(field::bucket::CumulativeCount, kVarint):
        count = static_cast<double>(reader.get_uint64());
        return true;
      case protozero::tag_and_type(field::bucket::UpperBound, kFixed64):
        bound = reader.get_double();
        return true;
      case protozero::tag_and_type(field::bucket::Exemplar, kLength):
        exemplar = read_wire_exemplar(context_, message.inner(reader));
        return true;
      case protozero::tag_and_type(field::bucket::CumulativeCountFloat, kFixed64):
        count = reader.get_double();
        return true;
      default:
        return false;
    }
  });
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
  read_fields(context_, message, field::bucket_span::Length, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(field::bucket_span::Offset, kVarint):
        offset = reader.get_sint32();
        return true;
      case protozero::tag_and_type(field::bucket_span::Length, kVarint):
        length = reader.get_uint32();
        return true;
      default:
        return false;
    }
  });
  // 64 bits hold the sums of as many 32-bit numbers as a body has room for.
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
  // A NaN is counted, and in no bucket.
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
