#include "core/text/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/text/printable.hpp"

namespace vitals::detail {
namespace {

constexpr std::size_t kLongest = 200;  // longer ones are no names that somebody typed
constexpr std::size_t kMostOffers = 50'000;
constexpr std::size_t kSuffixDistance = 2;  // of one without its last word: a single slip is nearer

// Whether a name is the other one without its last word, such as `_total` or `_seconds`.
bool lacks_its_suffix(std::string_view name, std::string_view whole) {
  return !name.empty() && whole.starts_with(name) && whole.find('_', name.size()) == name.size() &&
         whole.find('_', name.size() + 1) == std::string_view::npos;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now[j] = std::min(now[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

Nearest::Nearest(std::string_view wrong) : wrong_(wrong), limit_(wrong.size() / 3), distance_(limit_ + 1) {}

void Nearest::offer(std::string_view candidate) {
  if (wrong_.size() > kLongest || candidate.size() > kLongest || candidate.empty()) return;
  const bool differs_by_suffix = lacks_its_suffix(wrong_, candidate) || lacks_its_suffix(candidate, wrong_);
  if (differs_by_suffix && (!best_ || distance_ > kSuffixDistance)) {
    distance_ = std::min(distance_, kSuffixDistance);
    best_ = candidate;
  }
  const auto [shorter, longer] = std::minmax({wrong_.size(), candidate.size()});
  if (longer - shorter >= distance_) return;
  if (++offers_ > kMostOffers) return;
  const auto distance = edit_distance(wrong_, candidate);
  if (distance >= distance_) return;
  distance_ = distance;
  best_ = candidate;
}

std::string Nearest::question() const {
  return best_ ? "; did you mean '" + printable(*best_, kLongest) + "'?" : std::string{};
}

}  // namespace vitals::detail
