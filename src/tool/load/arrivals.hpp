#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace vitals::tool {

enum class Pace {
  Constant,  ///< evenly spaced
  Poisson    ///< independent of each other, as many users are
};

/// A time over which the rate goes evenly from one number to another.
struct Stage {
  double from, to;  ///< requests per second
  double seconds;
};

/// When requests are due. The series doesn't wait for answers: a server that stalls finds the requests of that time
/// waiting, and their latency counts from when they were due (no coordinated omission). Not thread-safe.
/// Cost: some 20 ns per request, no memory.
class Arrivals {
 public:
  /// Of all arrivals this series has every one that is `number` modulo `of`; those of a Poisson process are as many in
  /// the mean.
  struct Share {
    std::size_t number = 0;
    std::size_t of = 1;
  };

  Arrivals(std::vector<Stage> stages, Pace pace, Share share, std::uint64_t seed);

  /// How long after the start the earliest request that was not taken yet is due, or nothing when all were.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> due() const { return due_; }
  /// REQUIRES: due().
  void take();
  /// Ends the series now; gives how many requests before `now` were due and not taken, of a Poisson process drawn
  /// as such. Takes no longer if there are many.
  std::uint64_t end(std::chrono::nanoseconds now);

 private:
  void find_due();
  // How many requests of all shares are due before.
  [[nodiscard]] double position_at(double seconds) const;

  std::vector<Stage> stages_;
  Pace pace_;
  Share share_;
  std::mt19937_64 random_;
  std::uint64_t next_;         // of a constant pace: the number of the next request, among those of all shares
  double position_;            // how many requests, of all shares, are due before the next one
  double total_ = 0;           // how many are due in all
  std::size_t stage_ = 0;      // in which the next one is,
  double stage_position_ = 0;  // how many are due before it,
  double stage_start_ = 0;     // and when it starts, in seconds
  std::optional<std::chrono::nanoseconds> due_;
};

}  // namespace vitals::tool
