#include "core/levels/level_routes.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "core/text/http_methods.hpp"
#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxEndpoint = 256;

std::string_view cut_to(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool is_hole(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}' &&
         segment.substr(1, segment.size() - 2).find_first_of("{}<>()*") == std::string_view::npos;
}

std::string segment_fault(std::string_view segment, bool is_last) {
  if (segment == "." || segment == "..") return "clients resolve '.' and '..'; write the path that it leads to";
  if (segment.empty()) return "the label 'endpoint' has no empty segment; leave out the '/' too many";
  if (segment == "*") return is_last ? "" : "'*' takes the rest of the path; put it last";
  const bool is_fixed = segment.front() != ':' && segment.find_first_of("{}<>()[]*\\+^$|") == std::string_view::npos;
  if (is_fixed || is_hole(segment)) return {};
  return "the segment '" + printable(segment) + "' is neither fixed nor a hole of the label 'endpoint'; write {name}";
}

std::string endpoint_fault(std::string_view endpoint) {
  if (endpoint.size() > kMaxEndpoint) return "it is longer than 256 bytes; no label 'endpoint' is";
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  if (std::ranges::any_of(endpoint, is_bad) || !is_valid_utf8(endpoint))
    return "a route has no spaces or control characters and is UTF-8; write it as the label 'endpoint' has it";
  if (endpoint.find_first_of("?#") != std::string_view::npos) return "a route has no query; leave out '?' and '#'";
  if (endpoint == "/") return {};
  std::vector<std::string_view> holes;
  std::size_t segments = 0;
  for (auto rest = endpoint.substr(1); !rest.empty() || endpoint.ends_with('/');) {
    const auto segment = cut_to(rest, '/');
    if (auto fault = segment_fault(segment, rest.empty()); !fault.empty()) return fault;
    if (++segments > kMaxSegments) return "a route has at most " + std::to_string(kMaxSegments) + " segments";
    if (is_hole(segment) && std::ranges::find(holes, segment) != holes.end())
      return "two of its holes are called " + printable(segment) + "; a route has none twice";
    if (is_hole(segment)) holes.push_back(segment);
    if (rest.empty()) break;
  }
  return endpoint.ends_with('/') ? "the label 'endpoint' has no '/' at its end; leave it out" : "";
}

std::string methods_fault(std::string_view methods) {
  const auto known = std::span{kMethods}.first(kOtherMethod);
  std::vector<std::string_view> seen;
  for (bool is_last = false; !is_last;) {
    is_last = methods.find('|') == std::string_view::npos;
    const auto method = cut_to(methods, '|');
    const auto quoted = '\'' + printable(method) + '\'';
    if (std::ranges::find(known, method) == known.end())
      return quoted + " is no HTTP method" + did_you_mean(method, known) + "; write GET /path or GET|POST /path";
    if (std::ranges::find(seen, method) != seen.end()) return quoted + " stands there twice; write it once";
    seen.push_back(method);
  }
  return {};
}

}  // namespace

std::vector<LevelRoute> level_routes(std::string_view route) {
  auto methods = cut_to(route, ' ');
  std::vector<LevelRoute> result;
  while (!methods.empty()) {
    const auto method = cut_to(methods, '|');
    result.push_back({method, route});
  }
  return result;
}

std::string route_fault(std::string_view route) {
  const auto blank = route.find(' ');
  if (blank == std::string_view::npos || !route.substr(blank + 1).starts_with('/'))
    return "it must be a method, a blank and a route; write GET /api/v1/clients";
  if (auto fault = methods_fault(route.substr(0, blank)); !fault.empty()) return fault;
  return endpoint_fault(route.substr(blank + 1));
}

std::string without_hole_names(std::string_view endpoint) {
  std::string result;
  for (std::size_t at = 0; at < endpoint.size(); ++at) {
    result += endpoint[at];
    if (endpoint[at] == '{') at = std::min(endpoint.find('}', at), endpoint.size()) - 1;
  }
  return result;
}

}  // namespace vitals::detail
