#include "http/endpoint/admission.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace vitals::detail {
namespace {

struct Held {
  std::size_t all = 0;        // but for those that leave, which hold no place
  std::size_t gathering = 0;  // of them
};

// Of an address, in thousandths of what is its without further ado. Few are as good as one: who holds two must not go
// before a hundred others who hold one each.
std::size_t share(std::size_t held, bool is_senior, const ConnectionLimits& limits) {
  const std::size_t free = std::max<std::size_t>(limits.per_peer / (is_senior ? 2 : 4), 1);
  return std::max<std::size_t>(1'000, held * 1'000 / free);
}

bool is_going_on(Worth worth) { return worth >= Worth::LoggingIn && worth < Worth::Reading; }

}  // namespace

Worth worth_of_reader(std::chrono::nanoseconds without_progress, std::size_t taken) noexcept {
  using std::chrono::milliseconds;
  constexpr std::size_t kBytesPerMillisecond = 4'096;
  const auto unearned = without_progress - std::min(milliseconds{taken / kBytesPerMillisecond}, milliseconds{1'000});
  return unearned > kStuckAfter ? Worth::Stuck : unearned > kSlowAfter ? Worth::Slow : Worth::Reading;
}

Admission admit(const Newcomer& newcomer, std::span<const std::optional<Standing>> connections,
                const ConnectionLimits& limits) {
  std::map<PeerKey, Held> held;
  std::size_t all = 0;
  std::size_t gathering = 0;
  std::vector<std::chrono::steady_clock::time_point> known;  // since when
  bool has_slot = false;
  for (const auto& one : connections) {
    if (!one) has_slot = true;
    if (!one || one->worth == Worth::Leaving) continue;
    ++all;
    if (one->is_known()) known.push_back(one->known_since);
    auto& its = held[one->peer];
    ++its.all;
    if (one->worth != Worth::Gathering) continue;
    ++its.gathering;
    ++gathering;
  }
  // It costs a client no more than a request to be known, so no crowd may be senior.
  auto senior_before = std::chrono::steady_clock::time_point::max();
  if (const std::size_t half = limits.all / 2; known.size() > half) {
    const auto first_junior = known.begin() + static_cast<std::ptrdiff_t>(half);
    std::ranges::nth_element(known, first_junior);
    senior_before = *first_junior;
  }
  const Held own = held[newcomer.peer];
  const bool is_own_limit = own.all - own.gathering >= limits.per_peer;
  const bool is_full = all >= limits.with_gathering();
  const bool is_limit = is_full || all - gathering >= limits.all;
  if (has_slot && !is_own_limit && !is_limit) return {.admitted = true};

  const bool needs_slot_alone = !is_own_limit && !is_limit;
  // By the address: what is the same for all, where one makes room for its own.
  const auto claim = [&](const Standing& one) {
    if (is_own_limit || needs_slot_alone) return std::pair{std::ptrdiff_t{0}, false};
    const bool is_senior = one.known_since < senior_before;
    const bool goes_on = one.worth == Worth::Slow || (one.worth > Worth::Silent && one.worth != Worth::Idle);
    const Held& its = held[one.peer];
    const std::size_t places = is_full ? its.all : its.all - its.gathering;
    return std::pair{-static_cast<std::ptrdiff_t>(share(places, is_senior, limits)), is_senior && goes_on};
  };
  const auto may_go = [&](const Standing& one) {
    if (needs_slot_alone || one.worth == Worth::Leaving) return needs_slot_alone && one.worth == Worth::Leaving;
    if (is_own_limit) return one.peer == newcomer.peer && one.worth != Worth::Gathering;
    const bool is_junior = one.known_since > newcomer.known_since;
    if (one.worth == Worth::Gathering) return is_full && (held[one.peer].all > limits.per_peer || is_junior);
    // Where all others gather, a senior would go before its request has arrived.
    return claim(one) != std::pair{std::ptrdiff_t{-1'000}, true} || one.known_since >= newcomer.known_since;
  };
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    if (!connections[i] || !may_go(*connections[i])) continue;
    if (!candidates.empty()) {
      const auto best = claim(*connections[candidates.front()]);
      const auto its = claim(*connections[i]);
      if (its > best) continue;
      if (its < best) candidates.clear();
    }
    candidates.push_back(i);
  }
  std::map<Worth, std::ptrdiff_t> alike;
  for (const auto i : candidates) ++alike[connections[i]->worth];
  // Of those that go on the most that are alike, so that no flood of one kind keeps out another.
  const auto rank = [&](std::size_t i) {
    const Standing& one = *connections[i];
    const bool goes_on = is_going_on(one.worth);
    return std::tuple{goes_on ? Worth::LoggingIn : one.worth, goes_on ? -alike[one.worth] : 0, one.worth, one.since};
  };
  if (candidates.empty()) return {};
  return {.admitted = true, .victim = *std::ranges::min_element(candidates, {}, rank)};
}

}  // namespace vitals::detail
