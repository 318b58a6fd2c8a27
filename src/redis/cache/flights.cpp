#include "redis/cache/flights.hpp"

#include <algorithm>
#include <utility>

namespace vitals::detail {

std::uint64_t Flights::ended(std::string_view key) noexcept { return shard(key).ended.load(std::memory_order_acquire); }

Flights::FlightPtr Flights::launch(std::vector<FlightPtr>& flights) {
  FlightPtr flight = std::make_shared<Flight>();
  flight->leader = std::this_thread::get_id();
  flights.push_back(flight);
  return flight;
}

Flights::Joined Flights::join(const std::string& key, std::uint64_t seen) {
  Shard& home = shard(key);
  const std::lock_guard lock{home.mutex};
  std::vector<FlightPtr>& flights = home.flights[key];
  const auto self = std::this_thread::get_id();
  if (std::ranges::any_of(flights, [self](const FlightPtr& flight) { return flight->leader == self; })) return {};
  if (!flights.empty() && !flights.back()->stale) return {flights.back(), false, false};
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

bool Flights::stale(std::string_view key, const Flight& flight) noexcept {
  const std::lock_guard lock{shard(key).mutex};
  return flight.stale;
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
  const auto found = home.flights.find(key);
  if (found == home.flights.end()) return;
  for (const FlightPtr& flight : found->second) flight->stale = true;
}

void Flights::invalidate_prefix(std::string_view prefix) noexcept {
  for (Shard& home : shards_) {
    const std::lock_guard lock{home.mutex};
    for (auto& [key, flights] : home.flights) {
      if (!key.starts_with(prefix)) continue;
      for (const FlightPtr& flight : flights) flight->stale = true;
    }
  }
}

}  // namespace vitals::detail
