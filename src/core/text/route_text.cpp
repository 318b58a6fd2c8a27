#include "core/text/route_text.hpp"

#include <algorithm>
#include <span>

#include "core/text/http_methods.hpp"
#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {
namespace {

constexpr std::size_t kMaxPattern = 256;
constexpr std::string_view kNotFixed = "{}<>()[]*\\+^$|";  // characters that no fixed segment needs

bool is_enclosed(std::string_view segment) noexcept {
  if (segment.size() < 3) return false;
  const char open = segment.front();
  const char close = segment.back();
  const bool paired = (open == '{' && close == '}') || (open == '<' && close == '>') || (open == '(' && close == ')');
  return paired &&
         segment.substr(1, segment.size() - 2).find_first_of(open == '(' ? "" : "{}<>()*") == std::string_view::npos;
}

// ":name"
bool is_colon_hole(std::string_view segment) noexcept {
  return segment.size() > 1 && segment.front() == ':' && segment.find_first_of(kNotFixed) == std::string_view::npos;
}

// As it stands in the label: a hole without a name is called by its number.
std::string hole_name(std::string_view segment, std::size_t number) {
  if (is_colon_hole(segment)) return std::string{segment.substr(1)};
  if (is_enclosed(segment) && segment.front() != '(') return std::string{segment.substr(1, segment.size() - 2)};
  return std::to_string(number);
}

}  // namespace

std::string_view next_pattern_segment(std::string_view& pattern) noexcept {
  const auto first = pattern.find_first_not_of('/');
  pattern.remove_prefix(first == std::string_view::npos ? pattern.size() : first);
  int depth = 0;
  std::size_t i = 0;
  for (; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '(' || c == '[' || c == '{' || c == '<') ++depth;
    if (c == ')' || c == ']' || c == '}' || c == '>') --depth;
    if (c == '/' && depth <= 0) break;
  }
  const auto segment = pattern.substr(0, i);
  pattern.remove_prefix(i);
  if (pattern.find_first_not_of('/') == std::string_view::npos) pattern = {};
  return segment;
}

SegmentKind segment_kind(std::string_view segment) noexcept {
  if (segment == "*" || segment == ".*" || segment == "(.*)") return SegmentKind::Rest;
  const bool has_hole = segment.starts_with(':') || segment.find_first_of(kNotFixed) != std::string_view::npos;
  return has_hole ? SegmentKind::Hole : SegmentKind::Fixed;
}

std::string canonical_pattern(std::string_view pattern) {
  std::string out;
  std::size_t holes = 0;
  while (!pattern.empty()) {
    const auto segment = next_pattern_segment(pattern);
    if (segment.empty()) break;
    out += '/';
    switch (segment_kind(segment)) {
      case SegmentKind::Fixed:
        out += segment;
        break;
      case SegmentKind::Rest:
        return out += '*';
      case SegmentKind::Hole:
        out += '{' + hole_name(segment, ++holes) + '}';
    }
  }
  return out.empty() ? "/" : out;
}

std::vector<std::string_view> split_methods(std::string_view text) {
  std::vector<std::string_view> methods;
  for (;;) {
    const auto end = text.find('|');
    methods.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return methods;
    text.remove_prefix(end + 1);
  }
}

std::string methods_fault(std::string_view methods) {
  const auto known = std::span{kMethods}.first(kOtherMethod);
  const auto all = split_methods(methods);
  for (const auto method : all) {
    if (std::ranges::find(known, method) == known.end())
      return in_single_quotes(method) + " is no HTTP method" + did_you_mean(method, known) +
             "; write GET /path or GET|POST /path";
    if (std::ranges::count(all, method) > 1) return in_single_quotes(method) + " stands there twice; write it once";
  }
  return {};
}

std::string_view label_fault(std::string_view pattern) noexcept {
  if (pattern.size() > kMaxPattern) return "it is longer than 256 bytes; shorten it";
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  if (std::ranges::any_of(pattern, is_bad)) return "a route has no spaces or control characters; leave them out";
  return is_valid_utf8(pattern) ? "" : "it is not UTF-8, which labels are; write it in UTF-8";
}

std::string pattern_fault(std::string_view pattern) {
  if (const auto fault = label_fault(pattern); !fault.empty()) return std::string{fault};
  if (pattern.find_first_of("?#") != std::string_view::npos) return "a route has no query; leave out '?' and '#'";
  std::vector<std::string> names;
  for (std::size_t segments = 1; !pattern.empty(); ++segments) {
    if (segments > kMaxSegments)
      return "it has more than " + std::to_string(kMaxSegments) + " segments; put '*' for the last ones";
    const auto segment = next_pattern_segment(pattern);
    const auto kind = segment_kind(segment);
    if (segment == "." || segment == "..")
      return "clients resolve " + in_single_quotes(segment) +
             " before they send a path; write the path that it leads to";
    if (kind == SegmentKind::Rest && !pattern.empty()) return "'*' takes the rest of the path; put it last";
    if (kind != SegmentKind::Hole) continue;
    if (!is_enclosed(segment) && !is_colon_hole(segment))
      return "the segment " + in_single_quotes(segment) + " is neither fixed nor one hole; write it as {name}";
    names.push_back(hole_name(segment, names.size() + 1));
    if (std::ranges::count(names, names.back()) > 1)
      return "two holes are called " + in_single_quotes(names.back()) + "; give each a name of its own";
  }
  return {};
}

}  // namespace vitals::detail
