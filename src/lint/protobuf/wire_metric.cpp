#include "lint/protobuf/wire_metric.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

unsigned skip_group(protozero::pbf_reader& reader) {
  constexpr unsigned kStart = 3;
  constexpr unsigned kEnd = 4;
  constexpr std::size_t kDeepest = 100;  // as in protobuf's own readers
  std::array<unsigned, kDeepest> open{};
  std::size_t depth = 0;
  do {
    const auto rest = reader.data();
    const unsigned type = rest.empty() ? 0 : static_cast<unsigned char>(*rest.data()) & 7U;
    if (depth == 0 && type != kStart) return 0;
    if (type == kStart || type == kEnd) {
      const char* next = rest.data();
      const char* const end = next + rest.size();
      const auto number = static_cast<unsigned>(protozero::decode_varint(&next, end)) >> 3;
      if (number == 0 || (type == kStart ? depth == kDeepest : number != open[depth - 1]))
        throw protozero::invalid_tag_exception{};
      type == kStart ? void(open[depth++] = number) : void(--depth);
      reader = protozero::pbf_reader{next, static_cast<std::size_t>(end - next)};
    } else {
      if (!reader.next()) throw protozero::end_of_buffer_exception{};
      reader.skip();
    }
  } while (depth > 0);
  return open.front();
}

void read_wire_label(const LintContext& context, const WireMessage& message, WireLabels& labels) {
  std::pair<std::string_view, std::string_view> label;
  read_fields(context, message, kFields<1, 2>, [&](protozero::pbf_reader& reader) {
    if (reader.tag() > 2 || reader.wire_type() != kLength) return false;
    const auto view = reader.get_view();
    (reader.tag() == 1 ? label.first : label.second) = std::string_view{view.data(), view.size()};
    return true;
  });
  const auto at = message.at();
  const auto name = in_quotes(label.first);
  if (label.first.empty())
    context.error(at, "invalid-label-name", "a label has no name; give it one");
  else if (!is_valid_utf8(label.first) || !is_valid_utf8(label.second))
    context.error(at, "invalid-utf8", "label " + name + " is not valid UTF-8");
  else if (label.first.starts_with("__"))
    context.error(at, "reserved-label-name",
                  "label " + name + ": names with \"__\" are reserved; drop the underscores");
  else if (!valid_label_name(label.first))
    context.warning(at, "quoted-name", "only scrapers that ask for escaping=allow-utf-8 can read label " + name);
  if (label.second.empty())
    context.warning(at, "empty-label-value", "label " + name + " is empty, which is the same as none; leave it out");
  labels.push_back(label);
}

void check_wire_timestamp(const LintContext& context, const WireMessage& message) {
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  read_fields(context, message, kFields<1, 2>, [&](protozero::pbf_reader& reader) {
    if (reader.tag() > 2 || reader.wire_type() != kVarint) return false;
    (reader.tag() == 1 ? seconds : nanos) = reader.get_int64();
    return true;
  });
  // https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
  constexpr std::int64_t kFirst = -62'135'596'800;
  constexpr std::int64_t kLast = 253'402'300'799;
  if (seconds < kFirst || seconds > kLast || nanos < 0 || nanos > 999'999'999)
    context.error(message.at(), "timestamp-value",
                  "a time must be in the years from 1 to 9999, and have nanoseconds from 0 to 999999999");
}

WireExemplar read_wire_exemplar(const LintContext& context, const WireMessage& message) {
  WireExemplar exemplar;
  WireLabels labels;
  read_fields(context, message, kFields<1, 2, 3>, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(1, kLength):
        read_wire_label(context, message.inner(reader), labels);
        return true;
      case protozero::tag_and_type(2, kFixed64):
        exemplar.value = reader.get_double();
        return true;
      case protozero::tag_and_type(3, kLength):
        check_wire_timestamp(context, message.inner(reader));
        exemplar.timestamp = true;
        return true;
      default:
        return false;
    }
  });
  std::size_t length = 0;
  for (const auto& [name, value] : labels) length += code_points(name) + code_points(value);
  check_exemplar_labels(context, message.at(), length);
  std::sort(labels.begin(), labels.end());
  const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (std::adjacent_find(labels.begin(), labels.end(), same_name) != labels.end())
    context.error(message.at(), "duplicate-label", "a label of the exemplar comes twice; leave one of them out");
  return exemplar;
}

void lint_wire_number(const LintContext& context, const WireMessage& message, MetricType type,
                      std::string_view family) {
  const bool counter = type == MetricType::Counter;
  double value = 0;
  const auto known = counter ? kFields<1, 2, 3> : kFields<1>;
  const bool whole = read_fields(context, message, known, [&](protozero::pbf_reader& reader) {
    if (reader.tag_and_type() == protozero::tag_and_type(1, kFixed64)) {
      value = reader.get_double();
      return true;
    }
    if (!counter || reader.wire_type() != kLength || reader.tag() < 2 || reader.tag() > 3) return false;
    const auto inner = message.inner(reader);
    reader.tag() == 2 ? void(read_wire_exemplar(context, inner)) : check_wire_timestamp(context, inner);
    return true;
  });
  if (!whole) return;
  if (counter) check_counter(context, message.at(), value);
  if (type == MetricType::Gauge && family.ends_with("_info") && value != 1)
    context.warning(message.at(), "info-value", "a gauge that ends in \"_info\" is always 1; rename it");
}

namespace {

// NaN if it can't be read.
double lint_wire_quantile(const LintContext& context, const WireMessage& message) {
  double quantile = 0;
  const bool whole = read_fields(context, message, kFields<1, 2>, [&](protozero::pbf_reader& reader) {
    if (reader.tag() > 2 || reader.wire_type() != kFixed64) return false;
    const double number = reader.get_double();
    if (reader.tag() == 1) quantile = number;
    return true;
  });
  if (!whole) return std::numeric_limits<double>::quiet_NaN();
  check_quantile(context, message.at(), quantile);
  return quantile;
}

using PlacedQuantiles = std::vector<std::pair<double, std::size_t>>;  // with the offset

void check_repeated_quantiles(const LintContext& context, const WireMessage& message, PlacedQuantiles& quantiles) {
  std::sort(quantiles.begin(), quantiles.end());
  for (std::size_t i = 1; i < quantiles.size(); ++i) {
    const auto& [quantile, offset] = quantiles[i];
    if (quantile == quantiles[i - 1].first)
      context.error({message.number, offset}, "duplicate-series",
                    "the same quantile, " + number_text(quantile) + ", as at byte " +
                        std::to_string(quantiles[i - 1].second) + "; leave one of them out");
  }
}

}  // namespace

bool lint_wire_summary(const LintContext& context, const WireMessage& message) {
  constexpr std::size_t kMaxQuantiles = 10'000;
  PlacedQuantiles quantiles;
  const auto quantile = [&](const WireMessage& inner) {
    const double value = lint_wire_quantile(context, inner);
    if (!std::isnan(value) && quantiles.size() < kMaxQuantiles) quantiles.emplace_back(value, inner.at().column);
  };
  read_fields(context, message, kFields<1, 2, 3, 4>, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(1, kVarint):
        reader.get_uint64();
        return true;
      case protozero::tag_and_type(2, kFixed64):
        check_summary_sum(context, message.at(), reader.get_double());
        return true;
      case protozero::tag_and_type(3, kLength):
        quantile(message.inner(reader));
        return true;
      case protozero::tag_and_type(4, kLength):
        check_wire_timestamp(context, message.inner(reader));
        return true;
      default:
        return false;
    }
  });
  check_repeated_quantiles(context, message, quantiles);
  return !quantiles.empty();
}

}  // namespace vitals::detail
