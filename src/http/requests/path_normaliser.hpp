#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/requests/path_segments.hpp"

namespace vitals::detail {

/// The segments of a path with those that look like values replaced by their class:
///   {id}     digits
///   {uuid}   8-4-4-4-12 hexadecimal digits
///   {hex}    16 or more hexadecimal digits
///   {ulid}   26 characters of Crockford's alphabet, the first one 0 to 7
///   {date}   2026-11-29
///   {token}  20 or more characters with a digit among them, more than 32, or any character that is not plain: '%',
///   '*',
///            braces, quotes, spaces, control characters, bytes that are not ASCII
/// At most kMaxSegments of them: where a path has more, the last one is "*". What a normalised path gives is itself.
/// Cost: about 1 ns per byte; no allocation. Lifetime: a view of the path.
class NormalSegments {
 public:
  static constexpr std::size_t kMaxSegments = 8;
  static constexpr std::size_t kMaxSize = 32;  // of one

  explicit NormalSegments(std::string_view target) noexcept : path_{target} {}

  /// PathSegments has the forms of targets.
  [[nodiscard]] bool has_path() const noexcept { return path_.has_path(); }
  /// The next one; empty at the end, and from then on.
  std::string_view take() noexcept;

 private:
  PathSegments path_;
  std::size_t taken_ = 0;
};

/// Whether a normal segment is neither a class nor "*".
[[nodiscard]] inline bool is_literal(std::string_view segment) noexcept {
  return !segment.starts_with('{') && segment != "*";
}

/// "/users/{id}/posts" of "/users/123/posts?page=2". Empty if the target has no path.
[[nodiscard]] std::string normalise_path(std::string_view target);

}  // namespace vitals::detail
