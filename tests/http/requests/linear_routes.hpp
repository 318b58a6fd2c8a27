#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::testing {

/// What a RouteTrie has to find, by comparing a path with one template after the other. Templates have holes of the
/// form "{name}", and "*".
class LinearRoutes {
 public:
  void add(std::string_view pattern) { patterns_.emplace_back(pattern); }
  [[nodiscard]] const std::vector<std::string>& patterns() const { return patterns_; }

  /// The template that matches, or "".
  [[nodiscard]] std::string match(std::string_view target) const {
    const auto path = path_of(target);
    if (!path) return "";
    const bool is_cut_off = path->size() > kMaxPath;
    const auto segments = split(path->substr(0, kMaxPath));
    std::string best;
    std::string best_rank;
    for (const auto& pattern : patterns_) {
      const auto rank = rank_of(split(pattern), segments, is_cut_off);
      if (rank && (best.empty() || *rank < best_rank)) best = pattern, best_rank = *rank;
    }
    return best;
  }

  /// The path without its first '/', query and fragment; nothing if the target has none.
  [[nodiscard]] static std::optional<std::string_view> path_of(std::string_view target) {
    if (!target.empty() && target.find_first_of("/?#") != 0) {
      const auto scheme = target.find("://");
      if (scheme == std::string_view::npos || scheme == 0) return std::nullopt;
      const auto is_scheme_char = [](char c) {
        return std::string_view{"+-."}.find(c) != kNone || is_digit(c) || is_letter(c);
      };
      if (!is_letter(target[0]) || !std::ranges::all_of(target.substr(0, scheme), is_scheme_char)) return std::nullopt;
      target = target.substr(std::min(target.find_first_of("/?#", scheme + 3), target.size()));
    }
    target = target.substr(0, target.find_first_of("?#"));
    return target.substr(target.empty() ? 0 : 1);
  }

  [[nodiscard]] static std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
      const auto end = std::min(path.find('/'), path.size());
      if (end > 0) segments.push_back(path.substr(0, end));
      path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
  }

 private:
  static constexpr std::size_t kMaxPath = 8192;
  static constexpr auto kNone = std::string_view::npos;

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  // A letter for each segment, 'a' where it is fixed, 'b' for a hole, 'c' for the rest; nothing if it doesn't match.
  // The first in the alphabet wins.
  static std::optional<std::string> rank_of(const std::vector<std::string_view>& pattern,
                                            const std::vector<std::string_view>& path, bool is_cut_off) {
    std::string rank;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == "*") return rank + 'c';
      if (i == path.size()) return std::nullopt;
      const bool is_hole = pattern[i].starts_with('{');
      if (!is_hole && pattern[i] != path[i]) return std::nullopt;
      rank += is_hole ? 'b' : 'a';
    }
    return pattern.size() == path.size() && !is_cut_off ? std::optional{rank} : std::nullopt;
  }

  std::vector<std::string> patterns_;
};

}  // namespace vitals::testing
