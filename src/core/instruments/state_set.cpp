#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

#include <vitals/detail/cells.hpp>
#include <vitals/state_set.hpp>

#include "core/instruments/access.hpp"
#include "core/instruments/families.hpp"

namespace vitals {

void* detail::ended(const StateSet*) noexcept {
  alignas(StateSet) static std::byte memory[sizeof(StateSet)];
  return memory;
}

States::States(std::initializer_list<detail::ListedName> names) : names_{names.begin(), names.end()} {}
States::States(std::vector<std::string> names) : names_{std::move(names)} {}
void States::add(std::string_view name) { names_.emplace_back(name); }

std::size_t StateSet::index_of_number(std::size_t i) const noexcept {
  const auto* names = names_;  // read once: the memory may turn into zeros
  if (names == nullptr) return kRemoved;
  return i < names->size() ? i : kMax;
}

std::size_t StateSet::index_of(std::string_view name) const noexcept {
  const auto* names = names_;  // as above
  if (names == nullptr) return kRemoved;
  const auto found = std::find(names->begin(), names->end(), name);
  return found == names->end() ? kMax : static_cast<std::size_t>(found - names->begin());
}

void StateSet::drop(std::size_t state) noexcept {
  if (state == kMax) detail::drop_update();
}

void StateSet::set_only(std::size_t state) noexcept {
  if (state >= kMax) return drop(state);
  bits_.store(std::uint64_t{1} << state, std::memory_order_relaxed);
}

void StateSet::change(std::size_t state, bool enabled) noexcept {
  if (state >= kMax) return drop(state);
  const std::uint64_t bit = std::uint64_t{1} << state;
  if (enabled) {
    bits_.fetch_or(bit, std::memory_order_relaxed);
  } else {
    bits_.fetch_and(~bit, std::memory_order_relaxed);
  }
}

namespace detail {

namespace {

class StateSetFamily final : public FamilyBase {
 public:
  StateSetFamily(Declaration declared, Environment& environment)
      : FamilyBase{sizeof(StateSet), MetricType::StateSet, std::move(declared), environment} {}

 private:
  void construct(void* at, bool /*alone*/) override { Access::make(at, states()); }
  void retire(void* /*instrument*/) noexcept override {}

  void read(void* instrument, MetricSnapshot& out, bool /*exemplars*/) override {
    const std::uint64_t bits = activity(instrument);
    const auto& names = states();
    out.states.resize(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      out.states[i].name.assign(names[i]);
      out.states[i].enabled = (bits >> i & 1) != 0;
    }
  }

  std::uint64_t activity(void* instrument) const noexcept override {
    return Access::bits(*static_cast<StateSet*>(instrument));
  }

  [[nodiscard]] const std::vector<std::string>& states() const {
    return std::get<StateSetShape>(declared().shape).states;
  }
};

}  // namespace

std::unique_ptr<FamilyBase> make_state_sets(Declaration declared, Environment& environment) {
  return std::make_unique<StateSetFamily>(std::move(declared), environment);
}

}  // namespace detail
}  // namespace vitals
