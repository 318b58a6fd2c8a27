#include "http/endpoint/scrape_queue.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "http/endpoint/event_loop.hpp"

namespace vitals::detail {
namespace {

bool has_ended(const std::weak_ptr<ScrapeQueue::Scrape>& scrape) noexcept { return scrape.expired(); }

}  // namespace

ScrapeQueue::ScrapeQueue(EventLoop& loop, Gatherer& gatherer, std::shared_ptr<BodyBudget> budget, std::size_t places,
                         std::function<bool()> make_room)
    : loop_{loop}, gatherer_{gatherer}, budget_{std::move(budget)}, places_{places}, make_room_{std::move(make_room)} {}

void ScrapeQueue::add(const std::shared_ptr<Scrape>& scrape) {
  if (!place(scrape)) waiting_.emplace(scrape->turn, scrape);
  begin_next();
}

void ScrapeQueue::hurry(const std::shared_ptr<Scrape>& scrape) {
  const auto place = std::make_shared<Place>();
  place->scrapes.push_back(scrape);
  scrape->hurried_interest = std::make_shared<int>();
  place->interest = scrape->hurried_interest;
  gatherer_.hurry(job_for(place, scrape->wanted));
}

void ScrapeQueue::look_again() noexcept try {
  if (std::exchange(will_look_, true)) return;
  loop_.post([this] {
    will_look_ = false;
    begin_next();
  });
} catch (...) {  // out of memory: the deadlines of those that wait end them
  will_look_ = false;
}

bool ScrapeQueue::place(const std::shared_ptr<Scrape>& scrape) {
  auto same =
      std::ranges::find_if(next_, [&](const auto& place) { return place->wanted.has_answer_of(scrape->wanted); });
  if (same == next_.end()) {
    if (next_.size() >= places_ && !displace_for(scrape->peer)) return false;
    same = next_.insert(next_.end(), std::make_shared<Place>(Place{scrape->wanted, {}, {}}));
  }
  Place& place = **same;
  place.scrapes.push_back(scrape);
  scrape->interest = place.interest.lock();
  if (!scrape->interest) scrape->interest = std::make_shared<int>();
  place.interest = scrape->interest;
  scrape->has_place = true;
  return true;
}

// Takes the last place of the address that has the most for itself, if it still has as many as this one then.
bool ScrapeQueue::displace_for(const PeerKey& peer) {
  std::map<PeerKey, std::size_t> owned;
  const auto owner = [](const Place& place) -> const PeerKey* {
    const auto first = place.scrapes.front().lock();
    const auto is_its = [&](const auto& weak) {
      const auto scrape = weak.lock();
      return !scrape || !first || scrape->peer == first->peer;
    };
    return first && std::ranges::all_of(place.scrapes, is_its) ? &first->peer : nullptr;
  };
  for (const auto& place : next_) {
    if (const PeerKey* its = owner(*place)) ++owned[*its];
  }
  const auto most = std::ranges::max_element(owned, {}, [](const auto& one) { return one.second; });
  if (most == owned.end() || most->second < owned[peer] + 2) return false;
  const auto victim = std::find_if(next_.rbegin(), next_.rend(), [&](const auto& place) {
    const PeerKey* its = owner(*place);
    return its != nullptr && *its == most->first;
  });
  const auto place = *victim;
  next_.erase(std::next(victim).base());
  loop_.post([place] { finish(*place, error_response(503)); });
  return true;
}

void ScrapeQueue::finish(const Place& place, const Response& response) {
  for (const auto& weak : place.scrapes) {
    if (const auto scrape = weak.lock()) scrape->finish(response);
  }
}

Gatherer::Job ScrapeQueue::job_for(const std::shared_ptr<Place>& place, const Wanted& wanted) {
  return {.wanted = wanted,
          .deliver =
              [this, place](Response response) {
                loop_.post([this, place, response = std::move(response)] {
                  if (response.body) expected_ = response.status == 503 ? budget_->limit() : response.body->size();
                  finish(*place, response);
                });
              },
          .wanted_by = place->interest};
}

void ScrapeQueue::begin_next() {
  const auto forget_ended = [](Places& places) {
    for (const auto& place : places) std::erase_if(place->scrapes, has_ended);
  };
  forget_ended(under_way_);
  forget_ended(next_);
  std::erase_if(next_, [](const auto& place) { return place->scrapes.empty(); });
  std::erase_if(waiting_, [](const auto& one) { return has_ended(one.second); });
  while (!waiting_.empty()) {
    const auto scrape = waiting_.begin()->second.lock();
    if (scrape && !place(scrape)) break;
    waiting_.erase(waiting_.begin());
  }
  if (next_.empty()) return;
  if (gatherer_.is_busy()) {
    // What all have given up on must not hold up the others for longer than the collector that is being asked.
    if (std::ranges::all_of(under_way_, [](const auto& place) { return place->scrapes.empty(); }))
      gatherer_.give_up(batch_);
    return;
  }
  while (budget_->held() > 0 && budget_->held() + expected_ > budget_->limit() && make_room_()) {
  }
  std::vector<Gatherer::Job> batch;
  for (const auto& place : next_) batch.push_back(job_for(place, place->wanted));
  under_way_ = std::exchange(next_, {});
  batch_ = gatherer_.submit(std::move(batch));
}

std::size_t ScrapeQueue::size() const {
  std::size_t n = 0;
  for (const auto* places : {&next_, &under_way_}) {
    for (const auto& place : *places) n += place->scrapes.size();
  }
  return n;
}

}  // namespace vitals::detail
