#include "lint/protobuf/protobuf_linter.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "core/lint/declaration.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"
#include "lint/checks/common_labels.hpp"
#include "lint/checks/lint_families.hpp"
#include "lint/checks/fingerprint.hpp"
#include "lint/protobuf/wire_family.hpp"

namespace vitals::detail {

namespace {

constexpr std::array kTypes = {MetricType::Counter, MetricType::Gauge,     MetricType::Summary,
                               MetricType::Untyped, MetricType::Histogram, MetricType::GaugeHistogram};
constexpr std::array<std::string_view, 8> kPayloads = {"",        "",        "gauge", "counter",
                                                       "summary", "untyped", "",      "histogram"};

// The field of Metric that holds what this type has.
unsigned payload_field(MetricType type) {
  switch (type) {
    case MetricType::Gauge:
      return 2;
    case MetricType::Counter:
      return 3;
    case MetricType::Summary:
      return 4;
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      return 7;
    default:
      return 5;
  }
}

struct JudgedFamily : WireFamily {
  std::vector<double> bounds{};  // of the first metric
  std::set<std::string, std::less<>> label_names{};
  std::string first_names{};  // those of the first series
  bool odd_names = false;
  bool timed = false;
  std::vector<std::tuple<Fingerprint, std::size_t>> series{};  // with the offset

  [[nodiscard]] MetricType kind() const { return type < kTypes.size() ? kTypes[type] : MetricType::Untyped; }
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
    return report_.error({1, 0}, "", "protobuf-malformed",
                         std::string{"the body is no delimited protobuf: "} +
                             (is_text(body) ? "it is text" : "its first message is no MetricFamily"));
  auto rest = body;
  for (std::size_t number = 1; !rest.empty() && !report_.full(); ++number) {
    const LintPosition at{number, static_cast<std::size_t>(rest.data() - body.data())};
    const auto size = take_size(rest);
    if (!size)
      return report_.error(at, "", "protobuf-truncated", "the length of a message can't be read: the body is cut off");
    if (*size > rest.size())
      return report_.error(at, "", "protobuf-truncated",
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
      report_.error({message.number, offset}, family.name, "duplicate-series",
                    "the same labels as the metric at byte " + std::to_string(last_offset) + "; leave one of them out");
  }
  if (family.metrics > 0) common_.end_family();
  if (!family.name.empty()) judge(message, family);
  return true;
}

bool ProtobufLinter::check_names(const WireMessage& message, const JudgedFamily& family) {
  const auto problems = context(family.name);
  const auto at = message.at();
  if (family.name.empty()) problems.error(at, "invalid-metric-name", "a family has no name; give it one");
  if (!is_valid_utf8(family.name) || !is_valid_utf8(family.help) || !is_valid_utf8(family.unit)) {
    problems.error(at, "invalid-utf8", "the name, the help or the unit is not valid UTF-8");
  } else if (!family.name.empty() && !valid_metric_name(family.name)) {
    problems.warning(at, "quoted-name", "only scrapers that ask for escaping=allow-utf-8 can read this name");
  }
  if (family.type >= kTypes.size())
    problems.error(at, "unknown-type", "type " + std::to_string(family.type) + " is not defined");
  return family.name.empty() || families_.declare(family.name, family.kind(), at);
}

void ProtobufLinter::metric(const WireMessage& message, JudgedFamily& family, std::size_t index) {
  const std::string path = std::string{family.name.substr(0, 150)} + " metric[" + std::to_string(index) + "]";
  const auto problems = context(path);
  WireLabels labels;
  std::optional<WireMessage> own;
  const auto field = payload_field(family.kind());
  bool other = false;
  std::optional<std::int64_t> time;
  const bool whole = read_fields(problems, message, kFields<1, 2, 3, 4, 5, 6, 7>, [&](protozero::pbf_reader& reader) {
    const auto tag = reader.tag();
    if (reader.tag_and_type() == protozero::tag_and_type(6, kVarint)) {
      time = reader.get_int64();
      return true;
    }
    if (reader.wire_type() != kLength || tag > 7 || tag == 6) return false;
    const auto inner = message.inner(reader);
    if (tag == 1) return read_wire_label(problems, inner, labels), true;
    (tag == field ? void(own = inner) : void(other = true));
    return true;
  });
  if (!whole) return;
  check_labels(problems, message, family, labels);
  if (time) {
    check_timestamp_unit(problems, message.at(), static_cast<double>(*time));
    if (!std::exchange(family.timed, true)) warn_of_timestamp(problems, message.at());
  }
  if (family.type >= kTypes.size()) return;
  if (other || !own)
    problems.error(message.at(), own ? "payload-type" : "payload-missing",
                   "a metric of this type holds a \"" + std::string{kPayloads[field]} + "\"" +
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
      problems.error(message.at(), "duplicate-label", "label " + in_quotes(name) + " twice; leave one of them out");
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
  written ? problems.error(message.at(), "reserved-label", text)
          : problems.warning(message.at(), "reserved-label", text);
}

// Whether its series get a label of their type.
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
  const LintEmit emit = [&](LintProblem::Severity severity, std::string_view rule, std::string text) {
    if (rule != "bucket-bounds") report_.add(severity, message.at(), family.name, rule, std::move(text));
  };
  lint_conventions(declared, emit);
  lint_unit_suffix(declared, emit);
  lint_bounds(declared, emit);
}

}  // namespace

void lint_protobuf(std::string_view body, LintReport& report) { ProtobufLinter{report}.run(body); }

}  // namespace vitals::detail
