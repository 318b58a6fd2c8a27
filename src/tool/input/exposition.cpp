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
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMaxNames = 200'000;
constexpr std::size_t kMaxLabels = 64;

using detail::ExpositionLine;

// Checks what a single line can't show: the order of lines, and what comes twice.
class Parser {
 public:
  explicit Parser(const ExpositionSink& sink) : sink_(sink) {}

  void line(const ExpositionLine& line, std::size_t number) {
    number_ = number;
    if (line.fault) reject(line.fault->message);
    if (line.kind == ExpositionLine::Kind::Help) return help(line.name);
    if (line.kind == ExpositionLine::Kind::Type) return type(line.name, line.text);
    if (line.kind == ExpositionLine::Kind::Sample) return sample(line);
  }

 private:
  struct Seen {
    bool help = false;
    bool type = false;
    bool sample = false;
  };

  [[noreturn]] void reject(std::string_view rule) const { throw ExpositionError(number_, rule); }

  Seen& seen(std::string_view name) {
    if (names_.size() >= kMaxNames && !names_.contains(name))
      reject(fmt::format("more than {} metric names", kMaxNames));
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
    const auto known = detail::type_of_text_name(type);
    if (!known) {
      reject(fmt::format("TYPE of {} must be counter, gauge, histogram, summary or untyped", printable(name)));
    }
    if (std::exchange(seen(name).type, true)) reject(fmt::format("second TYPE of {}", printable(name)));
    const auto suffixes = detail::text_sample_suffixes(*known);
    const auto has_sample = [&](std::string_view suffix) { return sampled(name, suffix); };
    if (has_sample("") || std::any_of(suffixes.begin(), suffixes.end(), has_sample)) {
      reject(fmt::format("TYPE of {} after its first sample", printable(name)));
    }
    sink_.on_type(name, type);
  }

  void sample(const ExpositionLine& line) {
    if (line.name != last_name_) {
      seen(line.name).sample = true;
      last_name_ = line.name;
    }
    if (line.labels.size() > kMaxLabels) reject(fmt::format("more than {} labels", kMaxLabels));
    labels_.clear();
    for (const auto& label : line.labels) {
      for (const auto& other : labels_) {
        if (other.name == label.name) reject(fmt::format("label {} twice", printable(label.name)));
      }
      labels_.push_back({label.name, label.value});
    }
    sink_.on_sample({line.name, labels_, line.value.value, number_});
  }

  const ExpositionSink& sink_;
  std::map<std::string_view, Seen> names_;  // ordered: no server can choose names that collide
  std::string_view last_name_;
  std::vector<Label> labels_;
  std::size_t number_ = 0;
};

}  // namespace

ExpositionError::ExpositionError(std::size_t line, std::string_view what)
    : std::runtime_error(fmt::format("line {}: {}", line, what)) {}

void parse_exposition(std::string_view text, const ExpositionSink& sink) {
  detail::ExpositionLineParser lines(LintFormat::Text);
  Parser parser(sink);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    if (end == text.npos) throw ExpositionError(number, "the last line has no line feed: the text is cut off");
    parser.line(lines.parse(text.substr(0, end)), number);
    text.remove_prefix(end + 1);
  }
}

}  // namespace vitals::tool
