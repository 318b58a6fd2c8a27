#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "core/lint_families.hpp"
#include "core/lint_formats.hpp"
#include "core/lint_hash.hpp"
#include "core/lint_names.hpp"
#include "core/lint_wire.hpp"
#include "core/names.hpp"

// The messages: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto

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

struct WireFamily {
  std::string_view name;
  std::string_view help;
  std::string_view unit;
  std::uint64_t type = 0;
  std::vector<WireMessage> metrics{};
  std::vector<double> bounds{};  // of the first metric
  std::set<std::string, std::less<>> label_names{};
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
  void read_family(const WireMessage& message, WireFamily& family);
  bool check_names(const WireMessage& message, const WireFamily& family);
  void metric(const WireMessage& message, WireFamily& family, std::size_t index);
  void check_labels(const LintContext& context, const WireMessage& message, WireFamily& family, WireLabels& labels);
  void payload(const LintContext& context, const WireMessage& message, WireFamily& family, bool first);
  void number(const LintContext& context, const WireMessage& message, const WireFamily& family);
  void summary(const LintContext& context, const WireMessage& message);
  void quantile(const LintContext& context, const WireMessage& message);
  void judge(const WireMessage& message, WireFamily& family);

  LintReport& report_;
  LintFamilies families_;
};

void ProtobufLinter::run(std::string_view body) {
  auto rest = body;
  for (std::size_t number = 1; !rest.empty() && !report_.full(); ++number) {
    const LintPosition at{number, static_cast<std::size_t>(rest.data() - body.data())};
    const char* next = rest.data();
    std::uint64_t size = 0;
    try {
      size = protozero::decode_varint(&next, rest.data() + rest.size());
    } catch (const protozero::exception&) {
      return report_.error(at, "", "protobuf-truncated", "the length of a message can't be read: the body is cut off");
    }
    rest.remove_prefix(static_cast<std::size_t>(next - rest.data()));
    if (size > rest.size())
      return report_.error(at, "", "protobuf-truncated",
                           "a message of " + std::to_string(size) + " bytes begins where only " +
                               std::to_string(rest.size()) + " are left: the body is cut off");
    if (!family({rest.substr(0, size), body.data(), number})) return;
    rest.remove_prefix(size);
  }
}

bool ProtobufLinter::family(const WireMessage& message) {
  WireFamily family;
  read_family(message, family);
  if (!check_names(message, family)) return false;
  for (std::size_t i = 0; i < family.metrics.size() && !report_.full(); ++i) metric(family.metrics[i], family, i);
  std::sort(family.series.begin(), family.series.end());
  for (std::size_t i = 1; i < family.series.size(); ++i) {
    const auto& [id, offset] = family.series[i];
    const auto& [last_id, last_offset] = family.series[i - 1];
    if (id == last_id)
      report_.error({message.number, offset}, family.name, "duplicate-series",
                    "the same labels as the metric at byte " + std::to_string(last_offset) + "; leave one of them out");
  }
  judge(message, family);
  return true;
}

void ProtobufLinter::read_family(const WireMessage& message, WireFamily& family) {
  read_fields(context(""), message, kFields<1, 2, 3, 4, 5>, [&](protozero::pbf_reader& reader) {
    if (reader.tag_and_type() == protozero::tag_and_type(3, kVarint)) {
      family.type = reader.get_uint64();
      return true;
    }
    if (reader.wire_type() != kLength || reader.tag() > 5 || reader.tag() == 3) return false;
    const auto inner = message.inner(reader);
    if (reader.tag() == 4) {
      family.metrics.push_back(inner);
    } else {
      (reader.tag() == 1 ? family.name : reader.tag() == 2 ? family.help : family.unit) = inner.bytes;
    }
    return true;
  });
}

bool ProtobufLinter::check_names(const WireMessage& message, const WireFamily& family) {
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
  if (family.metrics.empty()) problems.warning(at, "family-empty", "a family without metrics; leave it out");
  return family.name.empty() || families_.declare(family.name, family.kind(), at);
}

void ProtobufLinter::metric(const WireMessage& message, WireFamily& family, std::size_t index) {
  const std::string path = std::string{family.name.substr(0, 150)} + " metric[" + std::to_string(index) + "]";
  const auto problems = context(path);
  WireLabels labels;
  std::optional<WireMessage> own;
  const auto field = payload_field(family.kind());
  bool other = false;
  read_fields(problems, message, kFields<1, 2, 3, 4, 5, 6, 7>, [&](protozero::pbf_reader& reader) {
    const auto tag = reader.tag();
    if (reader.tag_and_type() == protozero::tag_and_type(6, kVarint)) {
      reader.get_int64();
      return true;
    }
    if (reader.wire_type() != kLength || tag > 7 || tag == 6) return false;
    const auto inner = message.inner(reader);
    if (tag == 1) return read_wire_label(problems, inner, labels), true;
    (tag == field ? void(own = inner) : void(other = true));
    return true;
  });
  check_labels(problems, message, family, labels);
  if (family.type >= kTypes.size()) return;
  if (other || !own)
    problems.error(message.at(), own ? "payload-type" : "payload-missing",
                   "a metric of this type holds a \"" + std::string{kPayloads[field]} + "\"" +
                       (own ? " and nothing else" : ", and there is none"));
  if (own) payload(problems, *own, family, index == 0);
}

void ProtobufLinter::check_labels(const LintContext& problems, const WireMessage& message, WireFamily& family,
                                  WireLabels& labels) {
  constexpr std::size_t kMaxLabelNames = 200;
  std::sort(labels.begin(), labels.end());
  std::string key;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& [name, value] = labels[i];
    if (i > 0 && name == labels[i - 1].first)
      problems.error(message.at(), "duplicate-label", "label " + in_quotes(name) + " twice; leave one of them out");
    if (family.label_names.size() < kMaxLabelNames) family.label_names.emplace(name);
    if (value.empty()) continue;
    append_part(key, name);
    append_part(key, value);
  }
  family.series.emplace_back(fingerprint(key), message.at().column);
}

void ProtobufLinter::payload(const LintContext& problems, const WireMessage& message, WireFamily& family, bool first) {
  std::vector<double> bounds;
  switch (family.kind()) {
    case MetricType::Summary:
      return summary(problems, message);
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      lint_wire_histogram(problems, message, family.kind() == MetricType::GaugeHistogram, bounds);
      if (first) family.bounds = std::move(bounds);
      return;
    default:
      return number(problems, message, family);
  }
}

// Counter, Gauge and Untyped.
void ProtobufLinter::number(const LintContext& problems, const WireMessage& message, const WireFamily& family) {
  const bool counter = family.kind() == MetricType::Counter;
  double value = 0;
  const auto known = counter ? kFields<1, 2, 3> : kFields<1>;
  read_fields(problems, message, known, [&](protozero::pbf_reader& reader) {
    if (reader.tag_and_type() == protozero::tag_and_type(1, kFixed64)) {
      value = reader.get_double();
      return true;
    }
    if (!counter || reader.wire_type() != kLength || reader.tag() < 2 || reader.tag() > 3) return false;
    const auto inner = message.inner(reader);
    reader.tag() == 2 ? void(read_wire_exemplar(problems, inner)) : check_wire_timestamp(problems, inner);
    return true;
  });
  if (counter) check_counter(problems, message.at(), value);
  if (family.kind() == MetricType::Gauge && family.name.ends_with("_info") && value != 1)
    problems.warning(message.at(), "info-value", "a gauge that ends in \"_info\" is always 1; rename it");
}

void ProtobufLinter::summary(const LintContext& problems, const WireMessage& message) {
  read_fields(problems, message, kFields<1, 2, 3, 4>, [&](protozero::pbf_reader& reader) {
    switch (reader.tag_and_type()) {
      case protozero::tag_and_type(1, kVarint):
        reader.get_uint64();
        return true;
      case protozero::tag_and_type(2, kFixed64):
        check_summary_sum(problems, message.at(), reader.get_double());
        return true;
      case protozero::tag_and_type(3, kLength):
        quantile(problems, message.inner(reader));
        return true;
      case protozero::tag_and_type(4, kLength):
        check_wire_timestamp(problems, message.inner(reader));
        return true;
      default:
        return false;
    }
  });
}

void ProtobufLinter::quantile(const LintContext& problems, const WireMessage& message) {
  double quantile = 0;
  read_fields(problems, message, kFields<1, 2>, [&](protozero::pbf_reader& reader) {
    if (reader.tag() > 2 || reader.wire_type() != kFixed64) return false;
    const double number = reader.get_double();
    if (reader.tag() == 1) quantile = number;
    return true;
  });
  check_quantile(problems, message.at(), quantile);
}

void ProtobufLinter::judge(const WireMessage& message, WireFamily& family) {
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
