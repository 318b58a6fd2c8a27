#include "lint/protobuf/wire_metric.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "core/formats/protobuf_fields.hpp"
#include "core/lint/lint_report.hpp"
#include "core/lint/rules.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"
#include "lint/checks/value_checks.hpp"

namespace vitals::detail {

void read_wire_label(const LintContext& context, const WireMessage& message, WireLabels& labels) {
  std::pair<std::string_view, std::string_view> label;
  read_fields(
      context, message,
      wire_field(field::label_pair::Name, kLength, [&](auto& reader) { label.first = message.inner(reader).bytes; }),
      wire_field(field::label_pair::Value, kLength, [&](auto& reader) { label.second = message.inner(reader).bytes; }));
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
  read_fields(context, message,
              wire_field(field::timestamp::Seconds, kVarint, [&](auto& reader) { seconds = reader.get_int64(); }),
              wire_field(field::timestamp::Nanos, kVarint, [&](auto& reader) { nanos = reader.get_int64(); }));
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
  read_fields(context, message,
              wire_field(field::exemplar::Label, kLength,
                         [&](auto& reader) { read_wire_label(context, message.inner(reader), labels); }),
              wire_field(field::exemplar::Value, kFixed64, [&](auto& reader) { exemplar.value = reader.get_double(); }),
              wire_field(field::exemplar::Timestamp, kLength, [&](auto& reader) {
                check_wire_timestamp(context, message.inner(reader));
                exemplar.timestamp = true;
              }));
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
  const auto number = wire_field(field::number::Value, kFixed64, [&](auto& reader) { value = reader.get_double(); });
  const auto exemplar = wire_field(field::counter::Exemplar, kLength,
                                   [&](auto& reader) { read_wire_exemplar(context, message.inner(reader)); });
  const auto created = wire_field(field::counter::Created, kLength,
                                  [&](auto& reader) { check_wire_timestamp(context, message.inner(reader)); });
  const bool whole =
      counter ? read_fields(context, message, number, exemplar, created) : read_fields(context, message, number);
  if (!whole) return;
  if (counter) check_counter(context, message.at(), value);
  if (type == MetricType::Gauge && family.ends_with(suffix::kInfo) && value != 1)
    context.warning(message.at(), LintRule::InfoValue, "a gauge that ends in \"_info\" is always 1; rename it");
}

namespace {

// Gives NaN if the message can't be read.
double lint_wire_quantile(const LintContext& context, const WireMessage& message) {
  double quantile = 0;
  const bool whole = read_fields(
      context, message,
      wire_field(field::quantile::Quantile, kFixed64, [&](auto& reader) { quantile = reader.get_double(); }),
      wire_field(field::quantile::Value, kFixed64, [&](auto& reader) { reader.skip(); }));
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
  read_fields(context, message, wire_field(field::summary::Count, kVarint, [&](auto& reader) { reader.get_uint64(); }),
              wire_field(field::summary::Sum, kFixed64,
                         [&](auto& reader) { check_summary_sum(context, message.at(), reader.get_double()); }),
              wire_field(field::summary::Quantile, kLength, [&](auto& reader) { quantile(message.inner(reader)); }),
              wire_field(field::summary::Created, kLength,
                         [&](auto& reader) { check_wire_timestamp(context, message.inner(reader)); }));
  check_repeated_quantiles(context, message, quantiles);
  return !quantiles.empty();
}

}  // namespace vitals::detail
