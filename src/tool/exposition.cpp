#include "tool/exposition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tool/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMaxNames = 200'000;
constexpr std::size_t kMaxLabels = 64;
constexpr std::size_t kExcerpt = 40;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

/// Walks one line; every failure carries its number.
class Line {
 public:
  Line(std::string_view text, std::size_t number) : rest_(text), number_(number) {}

  [[noreturn]] void fail(std::string_view expected) const {
    const auto found = rest_.empty() ? "the end of the line" : fmt::format("'{}'", printable(rest_, kExcerpt));
    throw ExpositionError(number_, fmt::format("expected {}, found {}", expected, found));
  }
  [[noreturn]] void reject(std::string_view rule) const { throw ExpositionError(number_, rule); }

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view word() {
    std::size_t n = 0;
    while (n < rest_.size() && !is_blank(rest_[n])) ++n;
    return cut(n);
  }
  /// A label name, or a metric name, which may contain colons; empty when there is none.
  std::string_view name(bool colons) {
    std::size_t n = 0;
    while (n < rest_.size() &&
           ((n == 0 ? is_name_start(rest_[n]) : is_name_part(rest_[n])) || (colons && rest_[n] == ':')))
      ++n;
    return cut(n);
  }
  std::string_view cut(std::size_t n) {
    const auto head = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return head;
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_;
};

class Parser {
 public:
  explicit Parser(const ExpositionSink& sink) : sink_(sink) {}

  void line(Line at) {
    at.skip_blanks();
    if (at.done()) return;
    if (at.take('#')) return comment(at);
    sample(at);
  }

 private:
  struct Seen {
    bool help = false;
    bool type = false;
    bool sample = false;
  };

  Seen& seen(const Line& at, std::string_view name) {
    if (names_.size() >= kMaxNames && !names_.contains(name)) {
      at.reject(fmt::format("more than {} metric names", kMaxNames));
    }
    return names_[name];
  }

  bool sampled(std::string_view name, std::string_view suffix) const {
    const auto it = suffix.empty() ? names_.find(name) : names_.find(fmt::format("{}{}", name, suffix));
    return it != names_.end() && it->second.sample;
  }

  void comment(Line at) {
    at.skip_blanks();
    const auto keyword = at.word();
    if (keyword != "HELP" && keyword != "TYPE") return;
    at.skip_blanks();
    const auto name = at.name(true);
    if (name.empty() || (!at.done() && !is_blank(at.rest().front()))) at.fail("a metric name");
    keyword == "HELP" ? help(at, name) : type(at, name);
  }

  void help(const Line& at, std::string_view name) {
    if (std::exchange(seen(at, name).help, true)) at.reject(fmt::format("second HELP of {}", printable(name)));
  }

  void type(Line at, std::string_view name) {
    at.skip_blanks();
    const auto type = at.word();
    at.skip_blanks();
    static constexpr std::array<std::string_view, 5> kTypes{"counter", "gauge", "histogram", "summary", "untyped"};
    if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end() || !at.done()) {
      at.reject(fmt::format("TYPE of {} must be counter, gauge, histogram, summary or untyped", printable(name)));
    }
    if (std::exchange(seen(at, name).type, true)) at.reject(fmt::format("second TYPE of {}", printable(name)));
    const bool compound = type == "histogram" || type == "summary";
    if (sampled(name, "") ||
        (compound && (sampled(name, "_bucket") || sampled(name, "_sum") || sampled(name, "_count")))) {
      at.reject(fmt::format("TYPE of {} after its first sample", printable(name)));
    }
    sink_.on_type(name, type);
  }

  void sample(Line at) {
    const auto name = at.name(true);
    if (name.empty()) at.fail("a metric name");
    if (name != last_name_) {
      seen(at, name).sample = true;
      last_name_ = name;
    }
    labels_.clear();
    unescaped_.clear();
    at.skip_blanks();
    if (at.take('{')) labels(at);
    at.skip_blanks();
    const double number = value(at);
    timestamp(at);
    sink_.on_sample({name, labels_, number, at.number()});
  }

  void labels(Line& at) {
    for (at.skip_blanks(); !at.take('}'); at.skip_blanks()) {
      const auto name = at.name(false);
      if (name.empty()) at.fail("a label name or '}'");
      for (const auto& other : labels_) {
        if (other.name == name) at.reject(fmt::format("label {} twice", printable(name)));
      }
      at.skip_blanks();
      if (!at.take('=')) at.fail("'='");
      at.skip_blanks();
      if (labels_.size() == kMaxLabels) at.reject(fmt::format("more than {} labels", kMaxLabels));
      labels_.push_back({name, label_value(at)});
      at.skip_blanks();
      if (!at.take(',') && (at.done() || at.rest().front() != '}')) at.fail("',' or '}'");
    }
  }

  std::string_view label_value(Line& at) {
    if (!at.take('"')) at.fail("a label value in double quotes");
    const auto text = at.rest();
    std::size_t n = 0;
    bool escaped = false;
    for (; n < text.size() && text[n] != '"'; ++n) {
      if (text[n] == '\\') {
        escaped = true;
        ++n;
      }
    }
    if (n >= text.size()) at.reject("label value without its closing quote");
    const auto raw = at.cut(n);
    at.take('"');
    if (!is_utf8(raw)) at.reject("label value is not valid UTF-8");
    return escaped ? unescape(at, raw) : raw;
  }

  std::string_view unescape(const Line& at, std::string_view raw) {
    auto& out = unescaped_.emplace_back();
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '\\') {
        out += raw[i];
        continue;
      }
      const char c = raw[++i];
      if (c != '\\' && c != '"' && c != 'n') at.reject(fmt::format("unknown escape in '{}'", printable(raw, kExcerpt)));
      out += c == 'n' ? '\n' : c;
    }
    return out;
  }

  double value(Line& at) {
    const Line start = at;
    const auto word = at.word();
    auto digits = word;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    // from_chars also reads "nan(1)", and a second sign after the '+' taken above.
    const bool whole = error == std::errc{} && end == digits.data() + digits.size() && !digits.ends_with(')');
    if (!whole || (word.starts_with('+') && digits.starts_with('-'))) start.fail("a number");
    return number;
  }

  void timestamp(Line& at) {
    at.skip_blanks();
    if (at.done()) return;
    const Line start = at;
    const auto word = at.word();
    std::int64_t milliseconds = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), milliseconds);
    at.skip_blanks();
    if (error != std::errc{} || end != word.data() + word.size() || !at.done()) {
      start.fail("a timestamp in milliseconds or the end of the line");
    }
  }

  const ExpositionSink& sink_;
  std::map<std::string_view, Seen> names_;  // ordered: no server can choose names that collide
  std::string_view last_name_;
  std::vector<Label> labels_;
  std::deque<std::string> unescaped_;  // stable addresses for the labels' views
};

}  // namespace

ExpositionError::ExpositionError(std::size_t line, std::string_view what)
    : std::runtime_error(fmt::format("line {}: {}", line, what)) {}

void parse_exposition(std::string_view text, const ExpositionSink& sink) {
  Parser parser(sink);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    if (end == text.npos) throw ExpositionError(number, "the last line has no line feed: the text is cut off");
    parser.line(Line(text.substr(0, end), number));
    text.remove_prefix(end + 1);
  }
}

}  // namespace vitals::tool
