#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vitals::detail {

/// How many letters must be changed, added, left out or swapped with their neighbour to make one of the other.
/// Time: length times length.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Finds the name that was probably meant by a misspelt one: at most a third of its letters differ, or the last word,
/// such as `_total`, is missing.
/// Of more candidates than a second is enough for, the first are looked at.
class Nearest {
 public:
  explicit Nearest(std::string_view wrong);

  void offer(std::string_view candidate);
  /// "; did you mean 'x'?", or nothing if no candidate is near.
  [[nodiscard]] std::string question() const;

 private:
  std::string wrong_;
  std::size_t limit_;
  std::size_t distance_;
  std::size_t offers_ = 0;
  std::optional<std::string> best_;
};

/// The same of all candidates.
template <class Candidates>
std::string did_you_mean(std::string_view wrong, const Candidates& candidates) {
  Nearest nearest(wrong);
  for (const auto& candidate : candidates) nearest.offer(candidate);
  return nearest.question();
}

}  // namespace vitals::detail
