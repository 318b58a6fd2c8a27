#include "tool/check/window_groups.hpp"

#include <algorithm>

namespace vitals::tool {
namespace {

bool are_of_same_series(const Target& a, const Target& b) {
  return a.measure == b.measure && a.metric == b.metric && a.whole == b.whole && a.select == b.select &&
         a.except == b.except && a.part == b.part && a.is_of_the_rest == b.is_of_the_rest && a.each == b.each;
}

}  // namespace

WindowGroups::WindowGroups(const Window& window)
    : window_(window), process_(window.process ? *window.process : continuity(window.before, window.after)) {}

const std::vector<Group>& WindowGroups::of(const Target& target) {
  auto found = std::ranges::find_if(counted_,
                                    [&](const Counted& counted) { return are_of_same_series(counted.target, target); });
  if (found == counted_.end()) {
    found = counted_.insert(counted_.end(), Counted{target});
    try {
      found->groups = groups(window_, target);
    } catch (const NoSeriesYet&) {
      found->fault = std::current_exception();
      found->is_new = true;
    } catch (const Unjudgeable&) {
      found->fault = std::current_exception();
    }
  }
  if (found->fault) std::rethrow_exception(found->fault);
  return found->groups;
}

std::vector<const Target*> WindowGroups::faulty() const {
  std::vector<const Target*> result;
  for (const auto& counted : counted_) {
    if (counted.fault && !counted.is_new) result.push_back(&counted.target);
  }
  return result;
}

}  // namespace vitals::tool
