#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::detail {

// Routes as users write them: "GET|POST /clients/{id}". A route is methods, a blank and a template.

/// A template may have this many segments, so that a search for a path's route always gets to its end.
inline constexpr std::size_t kMaxSegments = 32;

enum class SegmentKind { Fixed, Hole, Rest };

/// Cuts the next segment off a template: up to the next '/' outside brackets, so "([^/]+)" stays whole. Empty at the
/// end.
[[nodiscard]] std::string_view next_pattern_segment(std::string_view& pattern) noexcept;

/// "*", ".*" and "(.*)" are the rest. A segment with a character that no fixed segment needs is a hole, so that a
/// server's regular expression can't become a label by accident.
[[nodiscard]] SegmentKind segment_kind(std::string_view segment) noexcept;

/// The template as the label `endpoint` has it: holes as "{name}", or "{1}", "{2}", … where they have no name.
[[nodiscard]] std::string canonical_pattern(std::string_view pattern);

/// "GET|POST" as two. Views of `text`.
[[nodiscard]] std::vector<std::string_view> split_methods(std::string_view text);

// Why it is none: the rule and the fix; empty: it is one.

/// Of methods, separated by '|'.
[[nodiscard]] std::string methods_fault(std::string_view methods);
/// Of what is to be a label: its length and its bytes.
[[nodiscard]] std::string_view label_fault(std::string_view pattern) noexcept;
/// Of a template that starts with '/': those and its segments.
[[nodiscard]] std::string pattern_fault(std::string_view pattern);

}  // namespace vitals::detail
