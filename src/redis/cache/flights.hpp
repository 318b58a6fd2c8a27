#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
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
  bool stale = false;       // the key was invalidated after this load had begun
  std::uint64_t write = 0;  // the number of its SET, until it is known what became of that; 0: none
  std::shared_ptr<const std::string> payload;
  std::exception_ptr error;
};

/// Values that a look-up must not take although Redis may have them. Empty but in the moments after an invalidation
/// that met a write.
struct Rejected {
  std::vector<std::uint64_t> writes;
  std::uint64_t before = 0;  // this process's writes up to here, counted from `first`
  std::uint64_t first = 0;

  [[nodiscard]] bool has(std::uint64_t write) const noexcept;
};

/// The loads that are under way, by key, so that many callers who miss the same key call its function once.
/// Thread-safe: a mutex per shard, held for a look-up in a map.
//
// A load that began before an invalidation must not write its result after it. So a flight stays listed until its
// result is written: invalidate() finds it there and marks it stale, before it removes the key from Redis. The leader
// looks at the mark before it writes and again afterwards, and takes back what it wrote if the mark came in between.
// invalidate() is called again when the key is removed: a load that began in between may have read the old value, and
// nobody who comes later may wait for it.
//
// Until then Redis may have the old value, and longer if the leader got no answer: its SET may be carried out at any
// later time. So each SET has a number, which the value carries. The numbers of those that are on the wire, or were
// given up, are kept as doubts; invalidate() makes those of the key rejected, before it removes the key from Redis; and
// who looks up a key asks for the rejected ones before his GET.
class Flights {
 public:
  using Clock = std::chrono::steady_clock;
  using FlightPtr = std::shared_ptr<Flight>;

  struct Joined {
    FlightPtr flight;  ///< null: this thread is loading the key already, and must not wait for itself
    bool leads = false;
    bool recent = false;  ///< leads, but a load in this shard has ended since `seen`: the value may be in Redis by now
  };

  Flights() noexcept;

  /// To be called before a GET: how many loads in the key's shard have ended. Sets what the GET must not take. Throws
  /// std::bad_alloc.
  [[nodiscard]] std::uint64_t look(std::string_view key, Rejected& rejected);

  /// The flight of a key that is under way, or a new one, which this thread leads. `seen` is what look() gave before
  /// the caller looked into Redis. For those who lead, and may look again, `rejected` is set anew.
  Joined join(const std::string& key, std::uint64_t seen, Rejected& rejected);

  enum class Wait { Value, Compute, Lead };
  /// Waits until the flight is settled; throws what the leader's function threw. Value: `payload` is set. Compute: the
  /// flight gives nothing. Lead: the time was up, and this thread leads a new flight, which is now in `flight`.
  Wait wait(const std::string& key, FlightPtr& flight, Clock::time_point deadline,
            std::shared_ptr<const std::string>& payload);

  /// For the leader: settle() at most once, then end(). Those who wait for a flight that ends unsettled get Compute.
  void settle(std::string_view key, Flight& flight, std::shared_ptr<const std::string> payload) noexcept;
  void settle(std::string_view key, Flight& flight, std::exception_ptr error) noexcept;
  /// A number for a SET.
  std::uint64_t next_write() noexcept;
  /// To be called before the SET. False if the key was invalidated after the flight had begun: it must not be sent.
  [[nodiscard]] bool begin_write(std::string_view key, Flight& flight, std::uint64_t write) noexcept;
  /// To be called after it. True if the key was invalidated after the flight had begun: what was written must be taken
  /// back. Until `expiry` the value may be in Redis, if it isn't `known` what became of the SET.
  [[nodiscard]] bool end_write(std::string_view key, Flight& flight, bool known, Clock::time_point expiry) noexcept;
  /// What this SET wrote is gone, and can't come again.
  void taken_back(std::string_view key, std::uint64_t write) noexcept;
  void end(const std::string& key, Flight& flight) noexcept;

  void invalidate(const std::string& key) noexcept;
  void invalidate_prefix(std::string_view prefix) noexcept;

  /// For ForkLocal, in a forked child: the loads of the parent's threads are none of the child's.
  void abandon() noexcept {}

 private:
  using Map = std::unordered_map<std::string, std::vector<FlightPtr>>;
  // A SET that Redis may yet carry out.
  struct Doubt {
    std::string key;
    std::uint64_t write;
    Clock::time_point expiry;  // from then on the value has no time to live left
    bool rejected;             // its key was invalidated
  };
  static constexpr std::size_t kMaxDoubts = 256;  // for each shard
  struct alignas(64) Shard {
    std::mutex mutex;
    Map flights;  // the last of a key is the one to join
    // Read before a GET, compared under the mutex after it. Release and acquire: whoever sees the new count sees in
    // Redis what the ended load wrote.
    std::atomic<std::uint64_t> ended{0};
    std::vector<Doubt> doubts;
    // What was no longer kept as a doubt: all writes up to here are rejected, as counted by next_write().
    std::uint64_t rejected_before = 0;
    // There are doubts, or were more than are kept. Written under the mutex, read without it. Relaxed: who calls after
    // an invalidation that has returned sees what that wrote, and nobody else needs to.
    std::atomic<bool> doubtful{false};
  };

  Shard& shard(std::string_view key) noexcept { return shards_[std::hash<std::string_view>{}(key) % shards_.size()]; }
  static FlightPtr launch(std::vector<FlightPtr>& flights);
  // REQUIRES, as all that take a shard: its mutex is held.
  void find_rejected(Shard& home, std::string_view key, Rejected& rejected) const;
  static void drop_expired(Shard& home) noexcept;
  void doubt(Shard& home, std::string_view key, std::uint64_t write, Clock::time_point expiry, bool rejected) noexcept;
  void give_up(Shard& home, std::uint64_t write) noexcept;
  void invalidate(Shard& home, const std::string& key, std::vector<FlightPtr>& flights) noexcept;

  const std::uint64_t first_write_;       // drawn at random, so that the numbers of processes differ
  std::atomic<std::uint64_t> writes_{0};  // relaxed: a counter
  std::array<Shard, 32> shards_;
};

}  // namespace vitals::detail
