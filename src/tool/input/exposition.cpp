#include "tool/input/exposition.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "core/text/metric_types.hpp"
#include "lint/line/exposition_line.hpp"
#include "lint/line/exposition_line_parser.hpp"
#include "tool/input/protobuf_exposition.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using detail::ExpositionLine;

// Checks what a single line can't show: the order of lines, and what comes twice.
class Parser {
 public:
  Parser(const ExpositionSink& sink, LintFormat format) : sink_(sink), format_(format) {}

  void line(const ExpositionLine& line, std::size_t number) {
    number_ = number;
    if (ended_) reject("nothing may follow # EOF");
    if (line.fault) reject(line.fault->message);
    ended_ = line.kind == ExpositionLine::Kind::Eof;
    if (line.kind == ExpositionLine::Kind::Help) return help(line.name);
    if (line.kind == ExpositionLine::Kind::Type) return type(line.name, line.text);
    if (line.kind == ExpositionLine::Kind::Sample) return sample(line);
  }

  void end(std::size_t number) {
    number_ = number;
    if (is_openmetrics() && !ended_) reject("there is no # EOF: the text is cut off");
  }

 private:
  [[nodiscard]] bool is_openmetrics() const { return format_ == LintFormat::OpenMetrics; }

  struct Seen {
    bool help = false;
    bool type = false;
    bool sample = false;
  };

  [[noreturn]] void reject(std::string_view rule) const { throw ExpositionError(number_, rule, format_); }

  Seen& seen(std::string_view name) {
    if (names_.size() >= kMaxMetricNames && !names_.contains(name))
      reject(fmt::format("more than {} metric names", kMaxMetricNames));
    return names_[name];
  }

  bool sampled(std::string_view name, std::string_view suffix) const {
    const auto it = suffix.empty() ? names_.find(name) : names_.find(fmt::format("{}{}", name, suffix));
    return it != names_.end() && it->second.sample;
  }

  void help(std::string_view name) {
    if (std::exchange(seen(name).help, true)) reject(fmt::format("second HELP of {}", printable(name)));
  }

  void type(std::string_view name, std::string_view type) {
    while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
    const auto known = is_openmetrics() ? detail::type_of_openmetrics_name(type) : detail::type_of_text_name(type);
    if (!known) {
      reject(fmt::format("TYPE of {} must be {}", printable(name),
                         is_openmetrics() ? "a type of OpenMetrics" : "counter, gauge, histogram, summary or untyped"));
    }
    if (std::exchange(seen(name).type, true)) reject(fmt::format("second TYPE of {}", printable(name)));
    const auto suffixes =
        is_openmetrics() ? detail::openmetrics_sample_suffixes(*known) : detail::text_sample_suffixes(*known);
    const auto has_sample = [&](std::string_view suffix) { return sampled(name, suffix); };
    if (has_sample("") || std::any_of(suffixes.begin(), suffixes.end(), has_sample)) {
      reject(fmt::format("TYPE of {} after its first sample", printable(name)));
    }
    const std::string full = is_openmetrics() ? detail::with_value_suffix(name, *known) : std::string(name);
    if (has_created(*known))
      created_.emplace(fmt::format("{}{}", detail::base_name(name, *known), detail::suffix::kCreated), full);
    sink_.on_type(full, is_openmetrics() ? word_of(*known) : type);
  }

  static bool has_created(MetricType type) {
    return type == MetricType::Counter || type == MetricType::Histogram || type == MetricType::Summary;
  }

  // OpenMetrics calls it "unknown".
  static std::string_view word_of(MetricType type) {
    return type == MetricType::Untyped ? detail::text_type_name(type) : detail::openmetrics_type_name(type);
  }

  void sample(const ExpositionLine& line) {
    if (line.name != last_name_) {
      seen(line.name).sample = true;
      last_name_ = line.name;
    }
    if (line.labels.size() > kMaxSeriesLabels) reject(fmt::format("more than {} labels", kMaxSeriesLabels));
    labels_.clear();
    for (const auto& label : line.labels) {
      for (const auto& other : labels_) {
        if (other.name == label.name) reject(fmt::format("label {} twice", printable(label.name)));
      }
      labels_.push_back({label.name, label.value});
    }
    std::optional<double> timestamp;
    if (line.timestamp) timestamp = line.timestamp->value * (is_openmetrics() ? 1 : 1e-3);
    sink_.on_sample({line.name, labels_, line.value.value, number_, timestamp});
    if (!line.name.ends_with(detail::suffix::kCreated)) return;
    if (const auto made = created_.find(line.name); made != created_.end())
      sink_.on_created({made->second, labels_, line.value.value, number_});
  }

  const ExpositionSink& sink_;
  LintFormat format_;
  bool ended_ = false;
  // The names of the types that have _created samples, by the name of these. In text they are families of their own.
  std::map<std::string, std::string, std::less<>> created_;
  std::map<std::string_view, Seen> names_;  // ordered: no server can choose names that collide
  std::string_view last_name_;
  std::vector<Label> labels_;
  std::size_t number_ = 0;
};

}  // namespace

ExpositionError::ExpositionError(std::size_t line, std::string_view what, LintFormat format)
    : std::runtime_error(fmt::format("{} {}: {}", format == LintFormat::Protobuf ? "message" : "line", line, what)) {}

std::string_view format_name(LintFormat format) {
  if (format == LintFormat::OpenMetrics) return "OpenMetrics";
  return format == LintFormat::Protobuf ? "Prometheus protobuf" : "the Prometheus text format";
}

void parse_exposition(std::string_view body, LintFormat format, const ExpositionSink& sink) {
  if (format == LintFormat::Protobuf) return parse_protobuf_exposition(body, sink);
  detail::ExpositionLineParser lines(format);
  Parser parser(sink, format);
  std::size_t number = 1;
  for (; !body.empty(); ++number) {
    const auto end = body.find('\n');
    // The last line of OpenMetrics, # EOF, may do without.
    if (end == body.npos && (format != LintFormat::OpenMetrics || body != "# EOF"))
      throw ExpositionError(number, "the last line has no line feed: the text is cut off");
    parser.line(lines.parse(body.substr(0, end)), number);
    body.remove_prefix(end == body.npos ? body.size() : end + 1);
  }
  parser.end(number);
}

}  // namespace vitals::tool
