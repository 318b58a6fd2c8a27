#include "lint/protobuf/wire_metric.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "core/formats/protobuf_fields.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"
#include "lint/checks/value_checks.hpp"

namespace vitals::detail {

void read_wire_label(const LintContext& context, const WireMessage& message, WireLabels& labels) {
  std::pair<std::string_view, std::string_view> label;
  read_fields(context, message, field::label_pair::Value, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(field::label_pair::Name, kLength):
        label.first = message.inner(reader).bytes;
        return true;
      case protozero::tag_and_type(field::label_pair::Value, kLength):
        label.second = message.inner(reader).bytes;
        return true;
      default:
        return false;
    }
  });
  const auto at = message.at();
  const auto name = in_quotes(label.first);
  if (label.first.empty())
    context.add(at, LintRule::InvalidLabelName, "a label has no name; give it one");
  else if (!is_valid_utf8(label.first) || !is_valid_utf8(label.second))
    context.add(at, LintRule::InvalidUtf8, "label " + name + " is not valid UTF-8");
  else if (is_reserved_label(label.first))
    context.error(at, LintRule::ReservedLabelName,
                  "label " + name + ": names with \"__\" are reserved; drop the underscores");
  else if (!valid_label_name(label.first))
    context.warning(at, LintRule::QuotedName, "only scrapers that ask for escaping=allow-utf-8 can read label " + name);
  if (label.second.empty())
    context.add(at, LintRule::EmptyLabelValue, "label " + name + " is empty, which is the same as none; leave it out");
  labels.push_back(label);
}

void check_wire_timestamp(const LintContext& context, const WireMessage& message) {
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  read_fields(context, message, field::timestamp::Nanos, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(field::timestamp::Seconds, kVarint):
        seconds = reader.get_int64();
        return true;
      case protozero::tag_and_type(field::timestamp::Nanos, kVarint):
        nanos = reader.get_int64();
        return true;
      default:
        return false;
    }
  });
  // https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
  constexpr std::int64_t kFirst = -62'135'596'800;
  constexpr std::int64_t kLast = 253'402'300'799;
  if (seconds < kFirst || seconds > kLast || nanos < 0 || nanos > 999'999'999)
    context.add(message.at(), LintRule::TimestampValue,
                "a time must be in the years from 1 to 9999, and have nanoseconds from 0 to 999999999");
}

WireExemplar read_wire_exemplar(const LintContext& context, const WireMessage& message) {
  WireExemplar exemplar;
  WireLabels labels;
  read_fields(context, message, field::exemplar::Timestamp, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(field::exemplar::Label, kLength):
        read_wire_label(context, message.inner(reader), labels);
        return true;
      case protozero::tag_and_type(field::exemplar::Value, kFixed64):
        exemplar.value = reader.get_double();
        return true;
      case protozero::tag_and_type(field::exemplar::Timestamp, kLength):
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
    context.add(message.at(), LintRule::DuplicateLabel, "a label of the exemplar comes twice; leave one of them out");
  return exemplar;
}

void lint_wire_number(const LintContext& context, const WireMessage& message, MetricType type,
                      std::string_view family) {
  const bool counter = type == MetricType::Counter;
  double value = 0;
  const auto last = counter ? unsigned{field::counter::Created} : unsigned{field::number::Value};
  const bool whole = read_fields(context, message, last, [&](protozero::pbf_reader& reader) {
    if (reader.tag() > last) return false;
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(field::number::Value, kFixed64):
        value = reader.get_double();
        return true;
      case protozero::tag_and_type(field::counter::Exemplar, kLength):
        read_wire_exemplar(context, message.inner(reader));
        return true;
      case protozero::tag_and_type(field::counter::Created, kLength):
        check_wire_timestamp(context, message.inner(reader));
        return true;
      default:
        return false;
    }
  });
  if (!whole) return;
  if (counter) check_counter(context, message.at(), value);
  if (type == MetricType::Gauge && family.ends_with(suffix::kInfo) && value != 1)
    context.warning(message.at(), LintRule::InfoValue, "a gauge that ends in \"_info\" is always 1; rename it");
}

namespace {

// NaN if it can't be read.
double lint_wire_quantile(const LintContext& context, const WireMessage& message) {
  double quantile = 0;
  const bool whole = read_fields(context, message, field::quantile::Value, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(field::quantile::Quantile, kFixed64):
        quantile = reader.get_double();
        return true;
      case protozero::tag_and_type(field::quantile::Value, kFixed64):
        reader.skip();
        return true;
      default:
        return false;
    }
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
      context.add({message.number, offset}, LintRule::DuplicateSeries,
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
  read_fields(context, message, field::summary::Created, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(field::summary::Count, kVarint):
        reader.get_uint64();
        return true;
      case protozero::tag_and_type(field::summary::Sum, kFixed64):
        check_summary_sum(context, message.at(), reader.get_double());
        return true;
      case protozero::tag_and_type(field::summary::Quantile, kLength):
        quantile(message.inner(reader));
        return true;
      case protozero::tag_and_type(field::summary::Created, kLength):
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
