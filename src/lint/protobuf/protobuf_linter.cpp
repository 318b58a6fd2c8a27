#include "lint/protobuf/protobuf_linter.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <vitals/lint.hpp>
#include <vitals/snapshot.hpp>

#include "core/formats/private_protozero.hpp"
#include "core/formats/protobuf_fields.hpp"
#include "core/lint/lint_declaration.hpp"
#include "core/lint/rules.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"
#include "lint/checks/common_labels.hpp"
#include "lint/checks/fingerprint.hpp"
#include "lint/checks/lint_context.hpp"
#include "lint/checks/lint_families.hpp"
#include "lint/checks/value_checks.hpp"
#include "lint/protobuf/wire_family.hpp"
#include "lint/protobuf/wire_histogram.hpp"
#include "lint/protobuf/wire_message.hpp"
#include "lint/protobuf/wire_metric.hpp"

namespace vitals::detail {

namespace {

struct JudgedFamily : WireFamily {
  std::vector<double> bounds{};  // of the first metric
  std::set<std::string, std::less<>> label_names{};
  std::string first_names{};  // those of the first series
  bool odd_names = false;
  bool timed = false;
  std::vector<std::tuple<Fingerprint, std::size_t>> series{};  // with the offset

  [[nodiscard]] bool has_known_type() const { return type_of_protobuf_number(type).has_value(); }
  [[nodiscard]] MetricType kind() const { return type_of_protobuf_number(type).value_or(MetricType::Untyped); }
};

class ProtobufLinter {
 public:
  explicit ProtobufLinter(LintReport& report) : report_{report}, families_{report, LintFormat::Protobuf} {}

  void run(std::string_view body);

 private:
  [[nodiscard]] LintContext context(std::string_view metric) const { return {report_, LintFormat::Protobuf, metric}; }
  bool family(const WireMessage& message);
  bool check_names(const WireMessage& message, const JudgedFamily& family);
  void metric(const WireMessage& message, JudgedFamily& family, std::size_t index);
  void check_labels(const LintContext& context, const WireMessage& message, JudgedFamily& family, WireLabels& labels);
  void check_own_label(const LintContext& context, const WireMessage& message, const JudgedFamily& family,
                       const WireLabels& labels, bool written);
  bool payload(const LintContext& context, const WireMessage& message, JudgedFamily& family, bool first);
  void judge(const WireMessage& message, JudgedFamily& family);

  LintReport& report_;
  LintFamilies families_;
  CommonLabels common_;
};

void ProtobufLinter::run(std::string_view body) {
  if (!body.empty() && !begins_well(body))
    return report_.add({1, 0}, "", LintRule::ProtobufMalformed,
                       std::string{"the body is no delimited protobuf: "} +
                           (is_text(body) ? "it is text" : "its first message is no MetricFamily"));
  auto rest = body;
  for (std::size_t number = 1; !rest.empty() && !report_.full(); ++number) {
    const LintPosition at{number, static_cast<std::size_t>(rest.data() - body.data())};
    const auto size = take_size(rest);
    if (!size)
      return report_.add(at, "", LintRule::ProtobufTruncated,
                         "the length of a message can't be read: the body is cut off");
    if (*size > rest.size())
      return report_.add(at, "", LintRule::ProtobufTruncated,
                         "a message of " + std::to_string(*size) + " bytes begins where only " +
                             std::to_string(rest.size()) + " are left: the body is cut off");
    if (!family({rest.substr(0, *size), body.data(), number})) return;
    rest.remove_prefix(*size);
  }
  common_.report(report_, {1, 0});
}

bool ProtobufLinter::family(const WireMessage& message) {
  JudgedFamily family;
  if (!read_family(context(""), message, family)) return true;
  if (!check_names(message, family)) return false;
  std::size_t index = 0;
  for_each_metric(context(""), message, [&](const WireMessage& one) {
    if (!report_.full()) metric(one, family, index++);
  });
  std::sort(family.series.begin(), family.series.end());
  for (std::size_t i = 1; i < family.series.size(); ++i) {
    const auto& [id, offset] = family.series[i];
    const auto& [last_id, last_offset] = family.series[i - 1];
    if (id == last_id)
      report_.add({message.number, offset}, family.name, LintRule::DuplicateSeries,
                  "the same labels as the metric at byte " + std::to_string(last_offset) + "; leave one of them out");
  }
  if (family.metrics > 0) common_.end_family();
  if (!family.name.empty()) judge(message, family);
  return true;
}

bool ProtobufLinter::check_names(const WireMessage& message, const JudgedFamily& family) {
  const auto problems = context(family.name);
  const auto at = message.at();
  if (family.name.empty()) problems.add(at, LintRule::InvalidMetricName, "a family has no name; give it one");
  if (!is_valid_utf8(family.name) || !is_valid_utf8(family.help) || !is_valid_utf8(family.unit)) {
    problems.add(at, LintRule::InvalidUtf8, "the name, the help or the unit is not valid UTF-8");
  } else if (!family.name.empty() && !valid_metric_name(family.name)) {
    problems.warning(at, LintRule::QuotedName, "only scrapers that ask for escaping=allow-utf-8 can read this name");
  }
  if (!family.has_known_type())
    problems.add(at, LintRule::UnknownType, "type " + std::to_string(family.type) + " is not defined");
  return family.name.empty() || families_.declare(family.name, family.kind(), at);
}

void ProtobufLinter::metric(const WireMessage& message, JudgedFamily& family, std::size_t index) {
  const std::string path = std::string{family.name.substr(0, 150)} + " metric[" + std::to_string(index) + "]";
  const auto problems = context(path);
  WireLabels labels;
  std::optional<WireMessage> own;
  bool other = false;
  std::optional<std::int64_t> time;
  const auto to_payload = [&](auto& reader) {
    const bool of_type = reader.tag() == payload_field(family.kind());
    const auto inner = message.inner(reader);
    of_type ? void(own = inner) : void(other = true);
  };
  const bool whole = read_fields(
      problems, message,
      wire_field(field::metric::Label, kLength,
                 [&](auto& reader) { read_wire_label(problems, message.inner(reader), labels); }),
      wire_field(field::metric::TimestampMs, kVarint, [&](auto& reader) { time = reader.get_int64(); }),
      wire_field(field::metric::Gauge, kLength, to_payload), wire_field(field::metric::Counter, kLength, to_payload),
      wire_field(field::metric::Summary, kLength, to_payload), wire_field(field::metric::Untyped, kLength, to_payload),
      wire_field(field::metric::Histogram, kLength, to_payload));
  if (!whole) return;
  check_labels(problems, message, family, labels);
  if (time) {
    check_timestamp_unit(problems, message.at(), static_cast<double>(*time));
    if (!std::exchange(family.timed, true)) warn_of_timestamp(problems, message.at());
  }
  if (!family.has_known_type()) return;
  if (other || !own)
    problems.add(message.at(), own ? LintRule::PayloadType : LintRule::PayloadMissing,
                 "a metric of this type holds a \"" + std::string{text_type_name(family.kind())} + "\"" +
                     (own ? " and nothing else" : ", and there is none"));
  if (own) check_own_label(problems, message, family, labels, payload(problems, *own, family, index == 0));
}

void ProtobufLinter::check_labels(const LintContext& problems, const WireMessage& message, JudgedFamily& family,
                                  WireLabels& labels) {
  std::sort(labels.begin(), labels.end());
  std::string key;
  std::string names;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& [name, value] = labels[i];
    if (i > 0 && name == labels[i - 1].first)
      problems.add(message.at(), LintRule::DuplicateLabel,
                   "label " + in_quotes(name) + " twice; leave one of them out");
    family.label_names.emplace(name);
    append_for_fingerprint(names, name);
    if (value.empty()) continue;
    append_for_fingerprint(key, name);
    append_for_fingerprint(key, value);
  }
  if (!family.series.empty() && names != family.first_names && !std::exchange(family.odd_names, true))
    warn_of_label_names(problems, message.at());
  if (family.series.empty()) family.first_names = names;
  family.series.emplace_back(fingerprint(key), message.at().column);
  common_.add(labels);
}

void ProtobufLinter::check_own_label(const LintContext& problems, const WireMessage& message,
                                     const JudgedFamily& family, const WireLabels& labels, bool written) {
  const auto own = own_label(family.kind());
  const auto same_name = [&](const auto& label) { return !own.empty() && label.first == own; };
  if (std::none_of(labels.begin(), labels.end(), same_name)) return;
  const std::string text = "label " + in_quotes(own) + " is added to the series of this type; rename the label";
  written ? problems.error(message.at(), LintRule::ReservedLabel, text)
          : problems.warning(message.at(), LintRule::ReservedLabel, text);
}

// Checks what the metric holds. Whether the type adds its own label to the series of the metric.
bool ProtobufLinter::payload(const LintContext& problems, const WireMessage& message, JudgedFamily& family,
                             bool first) {
  std::vector<double> bounds;
  bool written = false;
  switch (family.kind()) {
    case MetricType::Summary:
      return lint_wire_summary(problems, message);
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      written = lint_wire_histogram(problems, message, family.kind() == MetricType::GaugeHistogram, bounds);
      if (first) family.bounds = std::move(bounds);
      return written;
    default:
      lint_wire_number(problems, message, family.kind(), family.name);
      return false;
  }
}

void ProtobufLinter::judge(const WireMessage& message, JudgedFamily& family) {
  LintDeclaration declared{.name = std::string{family.name}, .help = std::string{family.help}, .type = family.kind()};
  declared.labels.assign(family.label_names.begin(), family.label_names.end());
  declared.unit = family.unit;
  declared.bounds = std::move(family.bounds);
  const LintTarget target{report_, message.at(), family.name};
  lint_conventions(declared, target);
  lint_unit_suffix(declared, target);
  lint_buckets(declared, target);
}

}  // namespace

void lint_protobuf(std::string_view body, LintReport& report) { ProtobufLinter{report}.run(body); }

}  // namespace vitals::detail
