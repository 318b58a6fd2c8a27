// Lines of the input are targets of requests: their templates are bounded, of plain characters, and themselves when
// they are normalised again; what is learned from them is found again, and is no more than it may be.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "http/requests/path_normaliser.hpp"
#include "http/requests/path_templates.hpp"
#include "http/requests/route.hpp"

namespace {

using namespace vitals::detail;

constexpr std::size_t kMaxTemplates = 40;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_template(std::string_view target, const std::string& pattern) {
  if (pattern.empty()) return require(!target.empty() && target[0] != '/');
  require(pattern[0] == '/' && normalise_path(pattern) == pattern);
  require(std::ranges::count(pattern, '/') <= 8 && pattern.size() <= std::size_t{8} * 33);
  require(std::ranges::all_of(pattern, [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; }));
}

struct Learned {
  vitals::Counter dropped;
  std::deque<Route> routes;
  PathTemplates templates{kMaxTemplates,
                          [this](std::string_view pattern) { return &routes.emplace_back(std::string{pattern}); },
                          dropped, 1};
};

// Whether the pattern is the template, or that with "{var}" in place of words.
bool stands_for(std::string_view pattern, std::string_view path) {
  PathSegments wanted{pattern};
  NormalSegments given{path};
  for (;;) {
    const auto a = wanted.take();
    const auto b = given.take();
    if (a != b && !(a == "{var}" && is_literal(b))) return false;
    if (a.empty() || b.empty()) return a.empty() && b.empty();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(data), size};
  Learned learned;
  auto& templates = learned.templates;
  while (!input.empty()) {
    const auto end = std::min(input.find('\n'), input.size());
    const std::vector<char> line{input.begin(), input.begin() + static_cast<std::ptrdiff_t>(end)};
    const std::string_view target{line.data(), line.size()};
    input.remove_prefix(std::min(end + 1, input.size()));
    const std::string pattern = normalise_path(target);
    require_template(target, pattern);

    const Route* const known = templates.find(target);
    const auto ticket = templates.propose(target);
    require((ticket != 0) == (!pattern.empty() && learned.routes.size() < kMaxTemplates));
    require(templates.learn(ticket, 404) == nullptr && templates.find(target) == known);
    const Route* const route = templates.learn(ticket, 200);
    if (route == nullptr) continue;
    require(known == nullptr || route == known);
    require(templates.find(target) == route && templates.find(pattern) == route && stands_for(route->pattern, target));
  }
  require(learned.routes.size() <= kMaxTemplates);
  return 0;
}
