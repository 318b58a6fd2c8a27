#include "http/endpoint/scrape_queue.hpp"

#include <utility>

#include "http/endpoint/event_loop.hpp"

namespace vitals::detail {

ScrapeQueue::ScrapeQueue(EventLoop& loop, Gatherer& gatherer, Limits limits, std::function<bool()> make_room)
    : loop_{loop}, gatherer_{gatherer}, limits_{limits}, make_room_{std::move(make_room)} {}

void ScrapeQueue::add(const std::shared_ptr<Scrape>& scrape) {
  waiting_.push_back(scrape);
  begin_next();
}

void ScrapeQueue::body_was_freed() noexcept try {
  if (!waiting_.empty()) loop_.post([this] { begin_next(); });
} catch (...) {  // out of memory: the deadlines of those that wait end them
}

void ScrapeQueue::begin_next() {
  std::erase_if(waiting_, [](const auto& scrape) { return scrape.expired(); });
  while (!waiting_.empty() && under_way_->load(std::memory_order_relaxed) < limits_.scrapes) {
    if (gatherer_.held_bytes() > limits_.bytes) {
      if (!make_room_()) return;
      continue;
    }
    const auto scrape = waiting_.front().lock();
    waiting_.pop_front();
    if (scrape && scrape->begin()) submit(scrape);
  }
}

void ScrapeQueue::submit(const std::shared_ptr<Scrape>& scrape) {
  under_way_->fetch_add(1, std::memory_order_relaxed);
  // Counts down wherever the job ends: here, or uncalled on the gatherer's thread.
  std::shared_ptr<void> place{under_way_.get(),
                              [count = under_way_](void*) { count->fetch_sub(1, std::memory_order_relaxed); }};
  gatherer_.submit(scrape->wanted,
                   [this, weak = std::weak_ptr{scrape}, place = std::move(place)](Response response) mutable {
                     loop_.post([this, weak, place = std::move(place), response = std::move(response)]() mutable {
                       place.reset();  // before the answer goes: whoever has it may ask again
                       if (const auto answered = weak.lock()) {
                         answered->finish(std::move(response));
                       } else {
                         response = {};  // given up meanwhile: its bytes must not count for the next
                       }
                       begin_next();
                     });
                   });
}

}  // namespace vitals::detail
