#include "core/registry/collector.hpp"

#include <exception>
#include <iterator>
#include <utility>

#include <vitals/registry.hpp>

#include "core/registry/registry_state.hpp"

namespace vitals {

namespace detail {

Collector::Collector(Function function, std::string claimed_name, MetricType claimed_type,
                     std::weak_ptr<RegistryState> registry)
    : claimed{std::move(claimed_name)},
      type{claimed_type},
      function_{std::move(function)},
      registry_{std::move(registry)} {}

namespace {
// How many callbacks are under way in this thread, each having scraped a registry that asks the next.
thread_local int depth = 0;
}  // namespace

bool Collector::collect(std::vector<FamilySnapshot>& out, std::string& why) {
  // From within a callback no other is waited for: the thread that runs it may be waiting for this one.
  std::unique_lock lock{mutex_, std::defer_lock};
  if (depth == 0) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return true;
  }
  if (!open_ || running_) return true;
  std::vector<FamilySnapshot> families;
  running_ = true;
  ++depth;
  bool completed = true;
  try {
    function_(families);
  } catch (const std::exception& error) {
    completed = false;
    why = error.what();
  } catch (...) {
    completed = false;
    why = "something that is no std::exception";
  }
  --depth;
  running_ = false;
  if (!open_) function_ = nullptr;
  if (completed)
    out.insert(out.end(), std::make_move_iterator(families.begin()), std::make_move_iterator(families.end()));
  return completed;
}

void Collector::close() {
  {
    // In a forked child a thread of the parent may hold the lock for ever; nobody in the child can run the callback
    // then.
    std::unique_lock lock{mutex_, std::defer_lock};
    if (process_ == getpid()) {
      lock.lock();
    } else if (!lock.try_lock()) {
      return;
    }
    if (!std::exchange(open_, false)) return;
    if (!running_) function_ = nullptr;
  }
  if (const auto registry = registry_.lock()) registry->remove(*this);
}

}  // namespace detail

namespace {

void end(detail::Collector* collector) noexcept {
  if (collector == nullptr) return;
  collector->close();
  collector->let_go();
}

}  // namespace

CollectorToken::CollectorToken(CollectorToken&& other) noexcept
    : collector_{std::exchange(other.collector_, nullptr)} {}

CollectorToken& CollectorToken::operator=(CollectorToken&& other) noexcept {
  if (this != &other) end(std::exchange(collector_, std::exchange(other.collector_, nullptr)));
  return *this;
}

CollectorToken::~CollectorToken() { end(collector_); }

}  // namespace vitals
