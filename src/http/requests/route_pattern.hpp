#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/levels/level_routes.hpp"

namespace vitals::detail {

enum class SegmentKind { Fixed, Hole, Rest };

/// Cuts the next segment off a template: up to the next '/' outside brackets, so "([^/]+)" stays whole. Empty at the
/// end.
[[nodiscard]] std::string_view next_pattern_segment(std::string_view& pattern) noexcept;

/// "*", ".*" and "(.*)" are the rest. A segment with a character that no fixed segment needs is a hole, so that a
/// server's regular expression can't become a label by accident.
[[nodiscard]] SegmentKind segment_kind(std::string_view segment) noexcept;

/// The template as a label: holes as "{name}", or "{1}", "{2}", … where they have no name.
[[nodiscard]] std::string canonical_pattern(std::string_view pattern);

/// A route as a user wrote it, and the class that it was given to, which messages name.
struct RouteText {
  std::string_view owner;
  std::string_view text;
};

/// Throws std::invalid_argument: vitals::Owner: route "GET /a": rule.
[[noreturn]] void refuse_route(const RouteText& route, const std::string& rule);

struct RouteSpec {
  std::vector<std::string_view> methods;
  std::string_view pattern;
};

/// Why a template can't be a label; empty if it can.
[[nodiscard]] std::string_view label_fault(std::string_view pattern) noexcept;

/// "GET|POST /path" or "/path" (its methods: GET). Throws std::invalid_argument if it is malformed or contradicts
/// itself.
[[nodiscard]] RouteSpec parse_route(const RouteText& route);

}  // namespace vitals::detail
