#include "redis/cache/flights.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include "core/system/random.hpp"

namespace vitals::detail {

bool Rejected::has(std::uint64_t write) const noexcept {
  return (before != 0 && write - first <= before) || std::ranges::find(writes, write) != writes.end();
}

Flights::Flights() noexcept
    : first_write_{random_number(Clock::now()) ^ reinterpret_cast<std::uintptr_t>(this) ^
                   static_cast<std::uint64_t>(::getpid()) << 32U} {}

std::uint64_t Flights::look(std::string_view key, Rejected& rejected) {
  Shard& home = shard(key);
  const std::uint64_t seen = home.ended.load(std::memory_order_acquire);
  if (home.doubtful.load(std::memory_order_relaxed)) [[unlikely]] {
    const std::lock_guard lock{home.mutex};
    find_rejected(home, key, rejected);
  }
  return seen;
}

void Flights::find_rejected(Shard& home, std::string_view key, Rejected& rejected) const {
  drop_expired(home);
  rejected = {.writes = {}, .before = home.rejected_before, .first = first_write_};
  for (const Doubt& doubt : home.doubts) {
    if (doubt.rejected && doubt.key == key) rejected.writes.push_back(doubt.write);
  }
}

Flights::FlightPtr Flights::launch(std::vector<FlightPtr>& flights) {
  FlightPtr flight = std::make_shared<Flight>();
  flight->leader = std::this_thread::get_id();
  flights.push_back(flight);
  return flight;
}

Flights::Joined Flights::join(const std::string& key, std::uint64_t seen, Rejected& rejected) {
  Shard& home = shard(key);
  const std::lock_guard lock{home.mutex};
  std::vector<FlightPtr>& flights = home.flights[key];
  const auto self = std::this_thread::get_id();
  if (std::ranges::any_of(flights, [self](const FlightPtr& flight) { return flight->leader == self; })) return {};
  if (!flights.empty() && !flights.back()->stale) return {flights.back(), false, false};
  if (home.doubtful.load(std::memory_order_relaxed)) [[unlikely]]
    find_rejected(home, key, rejected);
  return {launch(flights), true, home.ended.load(std::memory_order_relaxed) != seen};
}

Flights::Wait Flights::wait(const std::string& key, FlightPtr& flight, Clock::time_point deadline,
                            std::shared_ptr<const std::string>& payload) {
  Shard& home = shard(key);
  std::unique_lock lock{home.mutex};
  flight->settled.wait_until(lock, deadline, [&] { return flight->state != Flight::State::Running; });
  switch (flight->state) {
    case Flight::State::Value:
      payload = flight->payload;
      return Wait::Value;
    case Flight::State::Failed:
      std::rethrow_exception(flight->error);
    case Flight::State::Gone:
      return Wait::Compute;
    case Flight::State::Running:
      break;
  }
  // The first thread that gives up leads a new flight, so that those who come later do not wait for one that hangs.
  const auto found = home.flights.find(key);
  if (found == home.flights.end() || found->second.back() != flight) return Wait::Compute;
  flight = launch(found->second);
  return Wait::Lead;
}

void Flights::settle(std::string_view key, Flight& flight, std::shared_ptr<const std::string> payload) noexcept {
  const std::lock_guard lock{shard(key).mutex};
  flight.state = payload == nullptr ? Flight::State::Gone : Flight::State::Value;
  flight.payload = std::move(payload);
  flight.settled.notify_all();
}

void Flights::settle(std::string_view key, Flight& flight, std::exception_ptr error) noexcept {
  const std::lock_guard lock{shard(key).mutex};
  flight.state = error == nullptr ? Flight::State::Gone : Flight::State::Failed;
  flight.error = std::move(error);
  flight.settled.notify_all();
}

std::uint64_t Flights::next_write() noexcept {
  const std::uint64_t write = first_write_ + writes_.fetch_add(1, std::memory_order_relaxed) + 1;
  return write == 0 ? next_write() : write;
}

bool Flights::begin_write(std::string_view key, Flight& flight, std::uint64_t write) noexcept {
  const std::lock_guard lock{shard(key).mutex};
  if (!flight.stale) flight.write = write;
  return !flight.stale;
}

bool Flights::end_write(std::string_view key, Flight& flight, bool known, Clock::time_point expiry) noexcept {
  Shard& home = shard(key);
  const std::lock_guard lock{home.mutex};
  const std::uint64_t write = std::exchange(flight.write, 0);
  if (flight.stale) {  // invalidate() has made it a doubt
    for (Doubt& doubt : home.doubts) {
      if (doubt.write == write) doubt.expiry = expiry;
    }
  } else if (!known) {
    doubt(home, key, write, expiry, false);
  }
  return flight.stale;
}

void Flights::taken_back(std::string_view key, std::uint64_t write) noexcept {
  Shard& home = shard(key);
  const std::lock_guard lock{home.mutex};
  std::erase_if(home.doubts, [write](const Doubt& doubt) { return doubt.write == write; });
  drop_expired(home);
}

void Flights::drop_expired(Shard& home) noexcept {
  std::erase_if(home.doubts, [now = Clock::now()](const Doubt& doubt) { return doubt.expiry <= now; });
  home.doubtful.store(!home.doubts.empty() || home.rejected_before != 0, std::memory_order_relaxed);
}

void Flights::doubt(Shard& home, std::string_view key, std::uint64_t write, Clock::time_point expiry,
                    bool rejected) noexcept {
  drop_expired(home);
  if (home.doubts.size() == kMaxDoubts) {
    give_up(home, home.doubts.front().write);
    home.doubts.erase(home.doubts.begin());
  }
  try {
    home.doubts.push_back({std::string{key}, write, expiry, rejected});
  } catch (...) {
    give_up(home, write);  // no memory
  }
  home.doubtful.store(true, std::memory_order_relaxed);
}

// Values are then rejected that might have been served; but an old one is not served.
void Flights::give_up(Shard& home, std::uint64_t write) noexcept {
  home.rejected_before = std::max(home.rejected_before, write - first_write_);
}

void Flights::end(const std::string& key, Flight& flight) noexcept {
  Shard& home = shard(key);
  const std::lock_guard lock{home.mutex};
  home.ended.fetch_add(1, std::memory_order_release);
  if (flight.state == Flight::State::Running) {
    flight.state = Flight::State::Gone;
    flight.settled.notify_all();
  }
  const auto found = home.flights.find(key);
  if (found == home.flights.end()) return;
  std::erase_if(found->second, [&flight](const FlightPtr& listed) { return listed.get() == &flight; });
  if (found->second.empty()) home.flights.erase(found);
}

void Flights::invalidate(const std::string& key) noexcept {
  Shard& home = shard(key);
  const std::lock_guard lock{home.mutex};
  for (Doubt& doubt : home.doubts) doubt.rejected = doubt.rejected || doubt.key == key;
  if (const auto found = home.flights.find(key); found != home.flights.end()) invalidate(home, key, found->second);
}

void Flights::invalidate_prefix(std::string_view prefix) noexcept {
  for (Shard& home : shards_) {
    const std::lock_guard lock{home.mutex};
    for (Doubt& doubt : home.doubts) doubt.rejected = doubt.rejected || doubt.key.starts_with(prefix);
    for (auto& [key, flights] : home.flights) {
      if (key.starts_with(prefix)) invalidate(home, key, flights);
    }
  }
}

void Flights::invalidate(Shard& home, const std::string& key, std::vector<FlightPtr>& flights) noexcept {
  for (const FlightPtr& flight : flights) {
    // A write under way: until it ends, its value has no end either.
    if (!flight->stale && flight->write != 0) doubt(home, key, flight->write, Clock::time_point::max(), true);
    flight->stale = true;
  }
}

}  // namespace vitals::detail
