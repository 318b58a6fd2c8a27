#include "tool/check/scrape_history.hpp"

#include <iterator>
#include <utility>

#include "tool/check/measure.hpp"
#include "tool/input/gunzip.hpp"
#include "tool/input/gzip.hpp"

namespace vitals::tool {

std::optional<Scrape> ScrapeHistory::add(Clock::time_point at, const Exposed& exposed, const std::string& source) {
  auto scrape = parse_scrape(exposed, source, wanted_);
  kept_.push_back({at, gzip(exposed.body), exposed.body.size(), exposed.format});
  auto previous = std::exchange(last_, std::move(scrape));
  bool is_first_gone = false;
  while (kept_.size() > 2 && (at - kept_[1].at >= length_ || bytes() > max_bytes_)) {
    kept_.pop_front();
    is_first_gone = true;
  }
  const auto& first = kept_.front();
  if (!first_ || is_first_gone)
    first_ = parse_scrape({gunzip(first.stream, first.size), first.format}, source, wanted_);
  was_full_ = was_full_ || at - first.at >= length_;
  return previous;
}

void ScrapeHistory::begin_anew() {
  kept_.erase(kept_.begin(), std::prev(kept_.end()));
  first_ = last_;
}

std::optional<Window> ScrapeHistory::window() const {
  if (kept_.size() < 2) return std::nullopt;
  const auto seconds = std::chrono::duration<double>(kept_.back().at - kept_.front().at).count();
  return Window{*first_, *last_, seconds, wall_clock()};
}

std::size_t ScrapeHistory::bytes() const {
  std::size_t sum = 0;
  for (const auto& one : kept_) sum += one.stream.size();
  return sum;
}

}  // namespace vitals::tool
