#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace vitals::detail {

/// One load of one key, which others may wait for. Guarded by its shard's mutex.
struct Flight {
  enum class State { Running, Value, Failed, Gone };

  std::thread::id leader;
  std::condition_variable settled;
  State state = State::Running;
  bool stale = false;  // the key was invalidated after this load had begun
  std::shared_ptr<const std::string> payload;
  std::exception_ptr error;
};

/// The loads that are under way, by key, so that many callers who miss the same key call its function once.
/// Thread-safe: a mutex per shard, held for a look-up in a map.
//
// A load that began before an invalidation must not write its result after it. So a flight stays listed until its
// result is written: invalidate() finds it there and marks it stale, before it removes the key from Redis. The leader
// looks at the mark before it writes and again afterwards, and takes back what it wrote if the mark came in between.
class Flights {
 public:
  using Clock = std::chrono::steady_clock;
  using FlightPtr = std::shared_ptr<Flight>;

  struct Joined {
    FlightPtr flight;  ///< null: this thread is loading the key already, and must not wait for itself
    bool leads = false;
    bool recent = false;  ///< leads, but a load in this shard has ended since `seen`: the value may be in Redis by now
  };

  /// How many loads in the key's shard have ended.
  [[nodiscard]] std::uint64_t ended(std::string_view key) noexcept;

  /// The flight of a key that is under way, or a new one, which this thread leads. `seen` is what ended() gave before
  /// the caller looked into Redis.
  Joined join(const std::string& key, std::uint64_t seen);

  enum class Wait { Value, Compute, Lead };
  /// Waits until the flight is settled; throws what the leader's function threw. Value: `payload` is set. Compute: the
  /// flight gives nothing. Lead: the time was up, and this thread leads a new flight, which is now in `flight`.
  Wait wait(const std::string& key, FlightPtr& flight, Clock::time_point deadline,
            std::shared_ptr<const std::string>& payload);

  /// For the leader: settle() at most once, then end(). Those who wait for a flight that ends unsettled get Compute.
  void settle(std::string_view key, Flight& flight, std::shared_ptr<const std::string> payload) noexcept;
  void settle(std::string_view key, Flight& flight, std::exception_ptr error) noexcept;
  /// True if the key was invalidated after the flight had begun.
  [[nodiscard]] bool stale(std::string_view key, const Flight& flight) noexcept;
  void end(const std::string& key, Flight& flight) noexcept;

  void invalidate(const std::string& key) noexcept;
  void invalidate_prefix(std::string_view prefix) noexcept;

  /// For ForkLocal, in a forked child: the loads of the parent's threads are none of the child's.
  void abandon() noexcept {}

 private:
  using Map = std::unordered_map<std::string, std::vector<FlightPtr>>;
  struct alignas(64) Shard {
    std::mutex mutex;
    Map flights;  // the last of a key is the one to join
    // Read before a GET, compared under the mutex after it. Release and acquire: whoever sees the new count sees in
    // Redis what the ended load wrote.
    std::atomic<std::uint64_t> ended{0};
  };

  Shard& shard(std::string_view key) noexcept { return shards_[std::hash<std::string_view>{}(key) % shards_.size()]; }
  static FlightPtr launch(std::vector<FlightPtr>& flights);

  std::array<Shard, 32> shards_;
};

}  // namespace vitals::detail
