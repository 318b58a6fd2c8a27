// Nothing here grows with the lengths that a message claims to have, but the buckets of one native histogram, which are
// limited.
#include "tool/input/protobuf_exposition.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "core/formats/protobuf_fields.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/utf8.hpp"
#include "lint/protobuf/wire_family.hpp"
#include "lint/protobuf/wire_message.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
namespace field = detail::field;

constexpr std::size_t kMaxNativeBuckets = 100'000;
constexpr std::int32_t kCoarsest = -4;
constexpr std::int32_t kFinest = 8;

std::string_view view_of(pbf_reader& reader) {
  const auto view = reader.get_view();
  return {view.data(), view.size()};
}

// Calls use(field, reader) for each field; what it doesn't read is skipped. True: it was read.
template <class Use>
void for_each_field(std::string_view message, const Use& use) {
  pbf_reader reader(message.data(), message.size());
  for (;;) {
    while (detail::skip_group(reader) != 0) {
    }
    if (!reader.next()) return;
    if (!use(reader.tag_and_type(), reader)) reader.skip();
  }
}

constexpr std::uint32_t of(std::uint32_t number, pbf_wire_type type) { return protozero::tag_and_type(number, type); }
constexpr std::uint32_t text_at(std::uint32_t number) { return of(number, pbf_wire_type::length_delimited); }
constexpr std::uint32_t double_at(std::uint32_t number) { return of(number, pbf_wire_type::fixed64); }
constexpr std::uint32_t varint_at(std::uint32_t number) { return of(number, pbf_wire_type::varint); }

struct Span {
  std::int32_t offset = 0;
  std::uint32_t length = 0;
};

// The positive or the negative buckets as they are written: spans of indexes, and a count for each.
struct Side {
  std::vector<Span> spans;
  std::vector<double> counts;
  std::int64_t last = 0;

  void delta(std::int64_t by) {
    if (__builtin_add_overflow(last, by, &last) || last < 0) last = -1;
    counts.push_back(static_cast<double>(last));
  }
};

struct ClassicBucket {
  double bound = 0;
  double count = 0;
};

struct HistogramParts {
  std::optional<double> sum;
  double count = 0;
  std::vector<ClassicBucket> buckets;
  NativeHistogram native;
  bool custom = false;
  Side positive, negative;
  std::optional<double> created;

  [[nodiscard]] bool is_native() const {
    return !positive.spans.empty() || !negative.spans.empty() || native.zero_threshold > 0 || native.zero_count > 0;
  }
};

double time_of(std::string_view message) {
  double seconds = 0;
  for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
    if (tag == varint_at(field::timestamp::Seconds)) {
      seconds += static_cast<double>(reader.get_int64());
    } else if (tag == varint_at(field::timestamp::Nanos)) {
      seconds += static_cast<double>(reader.get_int32()) * 1e-9;
    } else {
      return false;
    }
    return true;
  });
  return seconds;
}

Span span_of(std::string_view message) {
  Span span;
  for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
    if (tag == varint_at(field::bucket_span::Offset)) {
      span.offset = reader.get_sint32();
    } else if (tag == varint_at(field::bucket_span::Length)) {
      span.length = reader.get_uint32();
    } else {
      return false;
    }
    return true;
  });
  return span;
}

ClassicBucket bucket_of(std::string_view message) {
  ClassicBucket bucket;
  for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
    if (tag == varint_at(field::bucket::CumulativeCount)) {
      bucket.count = static_cast<double>(reader.get_uint64());
    } else if (tag == double_at(field::bucket::CumulativeCountFloat)) {
      bucket.count = reader.get_double();
    } else if (tag == double_at(field::bucket::UpperBound)) {
      bucket.bound = reader.get_double();
    } else {
      return false;
    }
    return true;
  });
  return bucket;
}

// One count for each bucket of the spans, which follow one another, or the message is malformed.
bool place(const Side& side, std::map<std::int32_t, double>& into) {
  std::int64_t index = 0;
  std::size_t next = 0;
  for (const auto& span : side.spans) {
    // But for the first, it is the gap behind the span before: below 0 they overlap.
    if (&span != &side.spans.front() && span.offset < 0) return false;
    index += span.offset;
    for (std::uint32_t i = 0; i < span.length; ++i, ++index) {
      const bool fits =
          index > std::numeric_limits<std::int32_t>::min() / 2 && index < std::numeric_limits<std::int32_t>::max() / 2;
      if (next == side.counts.size() || !fits || !(side.counts[next] >= 0)) return false;
      if (side.counts[next] > 0) into[static_cast<std::int32_t>(index)] = side.counts[next];
      ++next;
    }
  }
  return next == side.counts.size();
}

class ProtobufReader {
 public:
  explicit ProtobufReader(const ExpositionSink& sink) : sink_(sink) {}

  void family(std::string_view message, std::size_t number) {
    number_ = number;
    std::string_view name;
    std::uint64_t type_number = 0;
    for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
      if (tag == text_at(field::metric_family::Name)) {
        name = view_of(reader);
      } else if (tag == varint_at(field::metric_family::Type)) {
        type_number = reader.get_uint64();
      } else {
        return false;
      }
      return true;
    });
    if (name.empty() || !is_utf8(name)) reject("a family has no name in UTF-8");
    if (names_.size() >= kMaxMetricNames) reject(fmt::format("more than {} metric names", kMaxMetricNames));
    if (!names_.insert(std::string(name)).second) reject(fmt::format("second family {}", printable(name)));
    const auto type = detail::type_of_protobuf_number(type_number);
    if (!type) reject(fmt::format("{} has the type {}, which there is not", printable(name), type_number));
    name_ = name;
    type_ = *type;
    sink_.on_type(name, type_ == MetricType::GaugeHistogram ? detail::openmetrics_type_name(type_)
                                                            : detail::text_type_name(type_));
    for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
      if (tag != text_at(field::metric_family::Metric)) return false;
      metric(view_of(reader));
      return true;
    });
  }

 private:
  [[noreturn]] void reject(std::string_view rule) const { throw ExpositionError(number_, rule, LintFormat::Protobuf); }

  void metric(std::string_view message) {
    labels_.clear();
    timestamp_.reset();
    std::string_view payload;
    bool found = false;
    for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
      if (tag == text_at(field::metric::Label)) {
        label(view_of(reader));
      } else if (tag == varint_at(field::metric::TimestampMs)) {
        timestamp_ = static_cast<double>(reader.get_int64()) * 1e-3;
      } else if (tag == text_at(detail::payload_field(type_))) {
        payload = view_of(reader);
        found = true;
      } else {
        return false;
      }
      return true;
    });
    if (!found) reject(fmt::format("a metric of {} holds no value of its type", printable(name_)));
    if (detail::is_histogram(type_)) return histogram(payload);
    if (type_ == MetricType::Summary) return summary(payload);
    number(payload);
  }

  void label(std::string_view message) {
    if (labels_.size() >= kMaxSeriesLabels) reject(fmt::format("more than {} labels", kMaxSeriesLabels));
    Label label;
    for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
      if (tag == text_at(field::label_pair::Name)) {
        label.name = view_of(reader);
      } else if (tag == text_at(field::label_pair::Value)) {
        label.value = view_of(reader);
      } else {
        return false;
      }
      return true;
    });
    if (label.name.empty() || !is_utf8(label.name) || !is_utf8(label.value))
      reject(fmt::format("a label of {} has no name, or is not UTF-8", printable(name_)));
    for (const auto& other : labels_) {
      if (other.name == label.name) reject(fmt::format("label {} twice", printable(label.name)));
    }
    labels_.push_back(label);
  }

  void sample(std::string_view suffix, double value) {
    const std::string name = std::string(name_) + std::string(suffix);
    sink_.on_sample({name, labels_, value, number_, timestamp_});
  }

  // With a label more, which no other may have.
  void sample(std::string_view suffix, std::string_view label, double at, double value) {
    const std::string text = std::isinf(at) && at > 0 ? "+Inf" : fmt::format("{}", at);
    for (const auto& other : labels_) {
      if (other.name == label) reject(fmt::format("label {} twice", label));
    }
    labels_.push_back({label, text});
    sample(suffix, value);
    labels_.pop_back();
  }

  void created(std::optional<double> at) {
    if (at) sink_.on_created({name_, labels_, *at, number_});
  }

  void number(std::string_view message) {
    double value = 0;
    std::optional<double> made;
    for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
      if (tag == double_at(field::number::Value)) {
        value = reader.get_double();
      } else if (type_ == MetricType::Counter && tag == text_at(field::counter::Created)) {
        made = time_of(view_of(reader));
      } else {
        return false;
      }
      return true;
    });
    sample("", value);
    created(made);
  }

  void summary(std::string_view message) {
    double count = 0;
    double sum = 0;
    std::optional<double> made;
    for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
      if (tag == varint_at(field::summary::Count)) {
        count = static_cast<double>(reader.get_uint64());
      } else if (tag == double_at(field::summary::Sum)) {
        sum = reader.get_double();
      } else if (tag == text_at(field::summary::Created)) {
        made = time_of(view_of(reader));
      } else {
        return false;
      }
      return true;
    });
    sample(detail::suffix::kCount, count);
    sample(detail::suffix::kSum, sum);
    created(made);
  }

  void histogram(std::string_view message) {
    auto parts = read_histogram(message);
    if (!parts.buckets.empty()) {
      bool infinite = false;
      for (const auto& bucket : parts.buckets) {
        infinite = infinite || bucket.bound == std::numeric_limits<double>::infinity();
        sample(detail::suffix::kBucket, detail::kBucketLabel, bucket.bound, bucket.count);
      }
      if (!infinite)  // clients leave it out, as it is the count
        sample(detail::suffix::kBucket, detail::kBucketLabel, std::numeric_limits<double>::infinity(), parts.count);
    }
    sample(detail::suffix::kCount, parts.count);
    if (parts.sum) sample(detail::suffix::kSum, *parts.sum);
    created(parts.created);
    if (!parts.is_native() || parts.custom) return;
    auto& native = parts.native;
    native.count = parts.count;
    const bool possible = native.schema >= kCoarsest && native.schema <= kFinest && native.zero_threshold >= 0 &&
                          std::isfinite(native.zero_threshold) && native.zero_count >= 0;
    if (!possible || !place(parts.positive, native.positive) || !place(parts.negative, native.negative))
      reject(fmt::format("the native buckets of {} contradict each other", printable(name_)));
    sink_.on_native({name_, labels_, parts.count, number_, timestamp_}, native);
  }

  HistogramParts read_histogram(std::string_view message) {
    namespace number = field::histogram;
    HistogramParts parts;
    for_each_field(message, [&](std::uint32_t tag, pbf_reader& reader) {
      if (side(tag, reader, {number::PositiveSpan, number::PositiveDelta, number::PositiveCount}, parts.positive) ||
          side(tag, reader, {number::NegativeSpan, number::NegativeDelta, number::NegativeCount}, parts.negative)) {
        return true;
      }
      switch (tag) {
        case varint_at(number::Count):
          parts.count = static_cast<double>(reader.get_uint64());
          return true;
        case double_at(number::CountFloat):
          parts.count = reader.get_double();
          return true;
        case double_at(number::Sum):
          parts.sum = reader.get_double();
          return true;
        case text_at(number::Bucket):
          parts.buckets.push_back(bucket_of(view_of(reader)));
          return true;
        case varint_at(number::Schema):
          parts.native.schema = reader.get_sint32();
          parts.custom = parts.native.schema == kCustomBounds;
          return true;
        case double_at(number::ZeroThreshold):
          parts.native.zero_threshold = reader.get_double();
          return true;
        case varint_at(number::ZeroCount):
          parts.native.zero_count = static_cast<double>(reader.get_uint64());
          return true;
        case double_at(number::ZeroCountFloat):
          parts.native.zero_count = reader.get_double();
          return true;
        case text_at(number::Created):
          parts.created = time_of(view_of(reader));
          return true;
        default:
          return false;
      }
    });
    return parts;
  }

  struct SideFields {
    std::uint32_t span, delta, count;
  };

  // Repeated numbers come one by one or packed.
  bool side(std::uint32_t tag, pbf_reader& reader, const SideFields& fields, Side& into) {
    if (tag == text_at(fields.span)) {
      into.spans.push_back(span_of(view_of(reader)));
    } else if (tag == varint_at(fields.delta)) {
      into.delta(reader.get_sint64());
    } else if (tag == text_at(fields.delta)) {
      for (const auto by : reader.get_packed_sint64()) into.delta(by);
    } else if (tag == double_at(fields.count)) {
      into.counts.push_back(reader.get_double());
    } else if (tag == text_at(fields.count)) {
      for (const auto count : reader.get_packed_double()) into.counts.push_back(count);
    } else {
      return false;
    }
    if (into.counts.size() > kMaxNativeBuckets || into.spans.size() > kMaxNativeBuckets)
      reject(fmt::format("{} has more than {} native buckets", printable(name_), kMaxNativeBuckets));
    return true;
  }

  static constexpr std::int32_t kCustomBounds = -53;  // exists in Prometheus itself alone

  const ExpositionSink& sink_;
  std::set<std::string> names_;
  std::string_view name_;
  MetricType type_ = MetricType::Untyped;
  std::optional<double> timestamp_;
  std::vector<Label> labels_;
  std::size_t number_ = 0;
};

}  // namespace

void parse_protobuf_exposition(std::string_view body, const ExpositionSink& sink) {
  ProtobufReader reader(sink);
  for (std::size_t number = 1; !body.empty(); ++number) {
    const auto size = detail::take_size(body);
    if (!size || *size > body.size()) throw ExpositionError(number, "the message is cut off", LintFormat::Protobuf);
    try {
      reader.family(body.substr(0, *size), number);
    } catch (const protozero::exception&) {
      throw ExpositionError(number, "the message can't be read", LintFormat::Protobuf);
    }
    body.remove_prefix(*size);
  }
}

}  // namespace vitals::tool
