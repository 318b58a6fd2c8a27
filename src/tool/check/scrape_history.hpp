#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "tool/check/growth.hpp"
#include "tool/check/scrape.hpp"
#include "tool/input/fetch.hpp"

namespace vitals::tool {

/// The scrapes of the last `length` and the one before them, of which the first and the last make a window.
/// Memory: two scrapes, and of all others a gzip stream each: what tells a restart is in all of a scrape, and which of
/// them will be the first one day is not known.
class ScrapeHistory {
 public:
  using Clock = std::chrono::steady_clock;

  /// Of more than `max_bytes` compressed the oldest are dropped before their time.
  ScrapeHistory(Names wanted, Clock::duration length, std::size_t max_bytes = static_cast<std::size_t>(-1))
      : wanted_(std::move(wanted)), length_(length), max_bytes_(max_bytes) {}

  /// Adds a scrape and drops those that are too old; gives back the one that was the last until now. `source` is where
  /// it is from, for messages.
  /// Throws FetchError if it is not in the format that it is said to be in; then it is not added.
  std::optional<Scrape> add(Clock::time_point at, const Exposed& exposed, const std::string& source);
  /// Drops all but the last one, with which a window begins anew. REQUIRES: there is one.
  void begin_anew();

  /// From the first scrape to the last, as long as nothing is added; nothing while there is only one.
  [[nodiscard]] std::optional<Window> window() const;
  /// Whether the window was once as long as it is to be.
  [[nodiscard]] bool was_full() const { return was_full_; }
  /// nullptr if there is none.
  [[nodiscard]] const Scrape* last() const { return last_ ? &*last_ : nullptr; }
  /// What the last scrape takes while it is kept, and all of them.
  [[nodiscard]] std::size_t last_bytes() const { return kept_.back().stream.size(); }
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Kept {
    Clock::time_point at;
    std::string stream;
    std::size_t size;
    LintFormat format;
  };

  Names wanted_;
  Clock::duration length_;
  std::size_t max_bytes_;
  std::deque<Kept> kept_;
  std::optional<Scrape> first_, last_;
  bool was_full_ = false;
};

}  // namespace vitals::tool
