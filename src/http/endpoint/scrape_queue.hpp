#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

#include "http/endpoint/gatherer.hpp"
#include "http/endpoint/response.hpp"

namespace vitals::detail {

class EventLoop;

// Brings scrapes to the gatherer, first come first served. Only so many are under way at once, and none begins while
// the bodies that someone holds fill the memory. For the loop's thread alone.
class ScrapeQueue {
 public:
  /// A scrape, of which the queue keeps no more than a weak_ptr: whoever lets go of it cancels it. One that is
  /// cancelled after it has begun counts as under way until the gatherer has done it.
  struct Scrape {
    Wanted wanted;
    /// Called when its turn comes, perhaps at once. False: it is not wanted any more, and the next one's turn comes.
    std::function<bool()> begin;
    /// Called with its answer after begin().
    std::function<void(Response)> finish;
  };
  struct Limits {
    std::size_t scrapes;  // under way
    std::size_t bytes;    // of bodies: none begins as long as more are held
  };

  /// make_room frees bytes of bodies when a scrape waits for them; false if it can't. loop and gatherer must outlive
  /// all scrapes that have begun.
  ScrapeQueue(EventLoop& loop, Gatherer& gatherer, Limits limits, std::function<bool()> make_room);

  void add(const std::shared_ptr<Scrape>& scrape);
  /// A body was let go of: scrapes may begin that wait for its memory, though none within this call.
  void body_was_freed() noexcept;

 private:
  void begin_next();
  void submit(const std::shared_ptr<Scrape>& scrape);

  EventLoop& loop_;
  Gatherer& gatherer_;
  const Limits limits_;
  const std::function<bool()> make_room_;
  std::deque<std::weak_ptr<Scrape>> waiting_;
  // Scrapes under way. Relaxed: a figure to compare with a limit. Shared, since a job of the gatherer may outlive the
  // queue.
  const std::shared_ptr<std::atomic<std::size_t>> under_way_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace vitals::detail
