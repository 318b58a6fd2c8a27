#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/text/route_text.hpp"

namespace vitals::detail {

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

/// "GET|POST /path" or "/path" (its methods: GET). Throws std::invalid_argument if it is malformed or contradicts
/// itself.
[[nodiscard]] RouteSpec parse_route(const RouteText& route);

}  // namespace vitals::detail
