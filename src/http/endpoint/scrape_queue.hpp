#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "http/endpoint/gatherer.hpp"
#include "http/endpoint/listener.hpp"
#include "http/endpoint/response.hpp"

namespace vitals::detail {

class EventLoop;

// Brings scrapes to the gatherer in batches: one is under way, and the next one fills meanwhile. Scrapes that want the
// same answer share a place in a batch. Where its places are all taken, an address that has several makes room for one
// that has fewer; else a scrape waits, and those of addresses whose last answer is the oldest are next, so that
// addresses take turns. No batch begins while the bodies that someone holds fill the memory. For the loop's thread
// alone.
class ScrapeQueue {
 public:
  /// A scrape, of which the queue keeps no more than a weak_ptr: whoever lets go of it cancels it.
  struct Scrape {
    Wanted wanted;
    PeerKey peer;
    /// When its address had its last answer, or now if it had none: the earliest is next.
    std::chrono::steady_clock::time_point turn = {};
    /// Called with its answer, never within add() and hurry().
    std::function<void(Response)> finish;
    /// Whether it was given a place.
    bool has_place = false;
    /// As long as one has it, the answer is wanted; the second is for what it gets in a hurry.
    std::shared_ptr<const void> interest = {};
    std::shared_ptr<const void> hurried_interest = {};
  };

  /// `places`: of a batch. make_room frees bytes of bodies where a batch may need them; false if it can't. loop and
  /// gatherer must outlive all scrapes that were added.
  ScrapeQueue(EventLoop& loop, Gatherer& gatherer, std::shared_ptr<BodyBudget> budget, std::size_t places,
              std::function<bool()> make_room);

  void add(const std::shared_ptr<Scrape>& scrape);
  /// It can't wait longer for its batch: it gets what is there.
  void hurry(const std::shared_ptr<Scrape>& scrape);
  /// The gatherer is idle, or a body or a scrape was let go of: others may have waited for that. Nothing is called
  /// within this.
  void look_again() noexcept;

  /// Scrapes that have a place, or are under way.
  [[nodiscard]] std::size_t size() const;

 private:
  // One answer, and who waits for it.
  struct Place {
    Wanted wanted;
    std::vector<std::weak_ptr<Scrape>> scrapes;
    std::weak_ptr<const void> interest;
  };
  using Places = std::vector<std::shared_ptr<Place>>;

  static void finish(const Place& place, const Response& response);

  [[nodiscard]] bool place(const std::shared_ptr<Scrape>& scrape);
  [[nodiscard]] bool displace_for(const PeerKey& peer);
  void begin_next();
  [[nodiscard]] Gatherer::Job job_for(const std::shared_ptr<Place>& place, const Wanted& wanted);

  EventLoop& loop_;
  Gatherer& gatherer_;
  const std::shared_ptr<BodyBudget> budget_;
  const std::size_t places_;
  const std::function<bool()> make_room_;
  // For a place, by their turns.
  std::multimap<std::chrono::steady_clock::time_point, std::weak_ptr<Scrape>> waiting_;
  Places next_;
  Places under_way_;
  std::uint64_t batch_ = 0;   // the number of what is under way
  std::size_t expected_ = 0;  // bytes of an answer: of the last one; all there may be, if it found no room
  bool will_look_ = false;    // look_again() was called
};

}  // namespace vitals::detail
