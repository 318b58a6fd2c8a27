#include "http/requests/route_pattern.hpp"

#include <stdexcept>

namespace vitals::detail {

void refuse_route(const RouteText& route, const std::string& rule) {
  throw std::invalid_argument("vitals::" + std::string{route.owner} + ": route \"" + std::string{route.text} +
                              "\": " + rule);
}

RouteSpec parse_route(const RouteText& route) {
  const std::string_view text = route.text;
  std::string_view methods = "GET";
  RouteSpec spec;
  spec.pattern = text;
  if (const auto blank = text.find(' '); blank != std::string_view::npos && !text.starts_with('/')) {
    methods = text.substr(0, blank);
    spec.pattern = text.substr(blank + 1);
  }
  if (!spec.pattern.starts_with('/'))
    refuse_route(route, "the template must start with '/'; write \"GET /path\" or \"/path\"");
  if (const auto fault = methods_fault(methods); !fault.empty()) refuse_route(route, fault);
  if (const auto fault = pattern_fault(spec.pattern); !fault.empty()) refuse_route(route, fault);
  spec.methods = split_methods(methods);
  return spec;
}

}  // namespace vitals::detail
