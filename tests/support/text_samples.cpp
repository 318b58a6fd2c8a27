#include "support/text_samples.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <stdexcept>

namespace vitals::testing {

namespace {

bool is_legacy(std::string_view name, bool colon) {
  const auto letter = [colon](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colon && c == ':');
  };
  return !name.empty() && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_{line}, rest_{line} {}

  [[noreturn]] void fail(const std::string& why) const { throw std::runtime_error(why + ": " + std::string{line_}); }
  [[nodiscard]] bool at(char c) const { return !rest_.empty() && rest_[0] == c; }
  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void expect(char c) {
    if (!skip({&c, 1})) fail(std::string{"expected "} + c);
  }
  std::string_view take_all() { return std::exchange(rest_, {}); }

  std::string token(std::string_view ends, bool colon) {
    const auto token = rest_.substr(0, std::min(rest_.find_first_of(ends), rest_.size()));
    if (!is_legacy(token, colon)) fail("not a name");
    rest_.remove_prefix(token.size());
    return std::string{token};
  }
  std::string quoted() {
    expect('"');
    const std::string text = unescaped(true, [&] { return at('"'); });
    expect('"');
    return text;
  }
  std::string help(bool quotes) {
    return unescaped(quotes, [] { return false; });
  }
  // A legacy name, or one between quotes.
  std::string name(std::string_view ends, bool colon) { return at('"') ? quoted() : token(ends, colon); }

  double number() {
    const std::string text{take_all()};
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "+Inf") return std::numeric_limits<double>::infinity();
    if (text == "-Inf") return -std::numeric_limits<double>::infinity();
    if (text == "Nan") return std::numeric_limits<double>::quiet_NaN();  // prometheus-cpp's
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || text.find_first_not_of("0123456789+-.e") != std::string::npos || *end != '\0')
      fail("not a number");
    return value;
  }

 private:
  template <class Ends>
  std::string unescaped(bool quotes, Ends ends) {
    std::string text;
    for (; !rest_.empty() && !ends(); rest_.remove_prefix(1)) {
      if (rest_[0] != '\\') {
        text += rest_[0];
        continue;
      }
      rest_.remove_prefix(1);
      if (rest_.empty() || !(rest_[0] == '\\' || rest_[0] == 'n' || (quotes && rest_[0] == '"')))
        fail("no such escape");
      text += rest_[0] == 'n' ? '\n' : rest_[0];
    }
    return text;
  }

  std::string_view line_;
  std::string_view rest_;
};

void read_labels(LineReader& line, SeriesKey& key) {
  for (bool first = true; !line.skip("}"); first = false) {
    if (!first) line.expect(',');
    std::string name = line.name("=,} ", false);
    if (first && key.first.empty()) {
      key.first = std::move(name);
      continue;
    }
    line.expect('=');
    key.second.emplace_back(std::move(name), line.quoted());
  }
  std::sort(key.second.begin(), key.second.end());
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (std::adjacent_find(key.second.begin(), key.second.end(), same) != key.second.end()) line.fail("a label twice");
}

void read_sample(LineReader& line, Samples& samples) {
  SeriesKey key;
  if (!line.at('{')) key.first = line.token("{ ", true);
  if (line.skip("{")) read_labels(line, key);
  if (key.first.empty()) line.fail("no name");
  line.expect(' ');
  const double value = line.number();
  if (!samples.emplace(std::move(key), value).second) line.fail("a series twice");
}

void read_comment(LineReader& line, TextKind kind, TextExposition& out) {
  const bool help = line.skip("# HELP ");
  if (!help && !line.skip("# TYPE ")) {
    if (kind == TextKind::OpenMetrics && line.skip("# UNIT ")) return;
    line.fail("a comment");
  }
  std::string name = line.name(" ", true);
  line.expect(' ');
  std::string text = help ? line.help(kind == TextKind::OpenMetrics) : std::string{line.take_all()};
  if (!(help ? out.help : out.types).emplace(std::move(name), std::move(text)).second) line.fail("said twice");
}

}  // namespace

TextExposition parse_exposition(std::string_view text, TextKind kind) {
  TextExposition out;
  bool ended = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    LineReader line{text.substr(0, end)};
    if (end == std::string_view::npos || ended) line.fail("no end of the line, or lines after the end");
    text.remove_prefix(end + 1);
    if (kind == TextKind::OpenMetrics && line.skip("# EOF")) {
      ended = true;
    } else if (line.at('#')) {
      read_comment(line, kind, out);
    } else {
      read_sample(line, out.samples);
    }
  }
  if (kind == TextKind::OpenMetrics && !ended) throw std::runtime_error("no # EOF");
  return out;
}

}  // namespace vitals::testing
