#include "yaml/flow_faults.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace vitals::detail {

namespace {

constexpr int kMostFaults = 20;
constexpr std::size_t kLongestLine = 2000;  // each bracket of a line is looked at, and what follows it
constexpr auto kNone = std::string_view::npos;

struct TooDeep {};

// Only whether the parser comes to the end is of interest.
class NoEvents final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open();
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open();
  }
  void OnMapEnd() override { --depth_; }

 private:
  void open() {
    if (++depth_ > kMaxYamlDepth) throw TooDeep();
  }

  std::size_t depth_ = 0;
};

struct Fault {
  YAML::Mark mark;
  std::string what;
};

std::optional<Fault> first_fault(const std::string& text) {
  std::istringstream stream{text};
  try {
    YAML::Parser parser{stream};
    NoEvents events;
    while (parser.HandleNextDocument(events)) {
    }
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    return Fault{error.mark, error.msg};
  } catch (const TooDeep&) {
    return std::nullopt;  // whoever reads it says so
  }
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Whether a list or a map in brackets may begin there, as behind "a: ", "- ", "[" or ", ".
bool is_flow_start(std::string_view line, std::size_t at) {
  if (line[at] != '[' && line[at] != '{') return false;
  const auto before = line.substr(0, at).find_last_not_of(" \t");
  if (before == kNone) return true;
  const char c = line[before];
  return c == '[' || c == '{' || c == ',' || ((c == ':' || c == '-') && before + 1 < at);
}

// The bracket that closes the one at `start`, in the same line; what stands in quotes has none.
std::size_t flow_end(std::string_view line, std::size_t start) {
  std::string open;
  for (auto at = start; at < line.size(); ++at) {
    const char c = line[at];
    if ((c == '"' || c == '\'') && (is_blank(line[at - 1]) || open.back() == line[at - 1])) {
      at = line.find(c, at + 1);
      if (at == kNone) return kNone;
    } else if (c == '[' || c == '{') {
      open += c;
    } else if (c == ']' || c == '}') {
      if (open.back() != (c == ']' ? '[' : '{')) return kNone;
      open.pop_back();
      if (open.empty()) return at;
    }
  }
  return kNone;
}

// Puts kUnreadable in place of the innermost list or map in brackets around the mark; false: there is none in its line.
bool mend(std::string& text, const YAML::Mark& mark) {
  if (mark.is_null()) return false;
  std::size_t begin = 0;
  for (int line = 0; line < mark.line; ++line) {
    const auto end = text.find('\n', begin);
    if (end == kNone) return false;
    begin = end + 1;
  }
  const auto line = std::string_view{text}.substr(begin, text.find('\n', begin) - begin);
  if (line.size() > kLongestLine) return false;
  for (auto at = std::min(static_cast<std::size_t>(mark.column) + 1, line.size()); at-- > 0;) {
    if (!is_flow_start(line, at)) continue;
    const auto end = flow_end(line, at);
    if (end == kNone || end < static_cast<std::size_t>(mark.column)) continue;
    text.replace(begin + at, end + 1 - at, end + 1 - at, ' ');
    text[begin + at] = kUnreadable;
    return true;
  }
  return false;
}

}  // namespace

MendedYaml without_flow_faults(std::string_view text) {
  MendedYaml mended{std::string{text}, {}};
  if (text.find(kUnreadable) != kNone) return mended;
  for (int faults = 0; faults < kMostFaults; ++faults) {
    const auto fault = first_fault(mended.text);
    if (!fault || !mend(mended.text, fault->mark)) break;
    mended.mistakes.emplace_back(place_of(fault->mark), syntax_mistake(fault->what));
  }
  return mended;
}

YamlPlace place_of(const YAML::Mark& mark) {
  const auto from_one = [](int position) {
    return position < 0 ? std::size_t{1} : static_cast<std::size_t>(position) + 1;
  };
  return {from_one(mark.line), from_one(mark.column)};
}

std::string syntax_mistake(const std::string& what, bool is_indented_by_tab) {
  return what + (is_indented_by_tab ? "; the line is indented by a tab, indent it with blanks"
                                    : "; mend the YAML, and quote values that begin with * & ! % @ `, or have { } "
                                      "within [ ]");
}

}  // namespace vitals::detail
