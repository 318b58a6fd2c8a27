#include "http/history/history.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace vitals::detail {
namespace {

// Of a series that isn't there any more.
constexpr std::uint64_t kForgetAfter = std::chrono::hours{24} / History::kInterval;

bool is_kept(MetricType type) {
  return type == MetricType::Counter || type == MetricType::Gauge || type == MetricType::Histogram ||
         type == MetricType::Untyped;
}

// What a page shows first stays the longest.
bool is_well_known(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"http_", "db_", "cache_", "slo_", "process_"};
  return std::ranges::any_of(kPrefixes, [name](auto prefix) { return name.starts_with(prefix); });
}

std::size_t bytes_of(const std::vector<Label>& labels) {
  std::size_t bytes = 6 * sizeof(void*);  // of a node
  for (const auto& label : labels) bytes += sizeof label + label.name.capacity() + label.value.capacity();
  return bytes;
}

// When all its rows are there, of a service under load.
std::size_t expected_bytes(const Track& track) {
  std::size_t bytes = track.bytes();
  for (const auto& tier : kHistoryTiers) bytes += tier.rows * (4 + track.bounds().size());
  return bytes;
}

}  // namespace

bool LabelsLess::operator()(const std::vector<Label>& a, const std::vector<Label>& b) const noexcept {
  return std::ranges::lexicographical_compare(
      a, b, [](const Label& x, const Label& y) { return std::tie(x.name, x.value) < std::tie(y.name, y.value); });
}

template <class Do>
void History::for_each_track(Do act) {
  for (auto& [name, family] : families_) {
    for (auto& [labels, track] : family.tracks) act(track);
  }
}

void History::sample(const std::vector<FamilySnapshot>& now, TimePoint at, UnixNanos wall) {
  ++samples_;
  left_out_ = 0;
  for (const auto& snapshot : now) {
    if (!is_kept(snapshot.type)) continue;
    FamilyHistory& family = family_of(snapshot);
    std::size_t& taken = is_well_known(snapshot.name) ? bytes_of_known_ : bytes_;
    for (const auto& metric : snapshot.metrics) sample(family, metric, taken);
  }
  if (samples_ > 1) {
    for_each_track([this](Track& track) {
      if (track.seen() != samples_) track.sample(nullptr, samples_);
    });
    end_row(0, {at - last_, at - last_ > 2 * kInterval});
  }
  last_ = at;
  last_wall_ = wall;
  make_room();
}

// A name may have been given to another metric.
FamilyHistory& History::family_of(const FamilySnapshot& now) {
  auto known = families_.find(now.name);
  if (known != families_.end() && known->second.type != now.type) known = families_.erase(known);
  if (known == families_.end() || known->first != now.name)
    known = families_.emplace_hint(known, now.name, FamilyHistory{now.help, now.unit, now.type});
  return known->second;
}

// `taken` is what it competes with for room: what is well known, or everything.
void History::sample(FamilyHistory& family, const MetricSnapshot& now, std::size_t& taken) {
  auto known = family.tracks.lower_bound(now.labels);
  bool is_there = known != family.tracks.end() && known->first == now.labels;
  if (is_there && !known->second.fits(now)) {
    known = family.tracks.erase(known);
    is_there = false;
  }
  if (!is_there) {
    Track made{family.type, now, samples_ > 1 && now.created > last_wall_, samples_};
    const std::size_t bytes = expected_bytes(made) + bytes_of(now.labels);
    if (taken + bytes > max_bytes_) {
      ++left_out_;
      return;
    }
    taken += bytes;
    known = family.tracks.emplace_hint(known, now.labels, std::move(made));
  }
  if (samples_ > 1) known->second.sample(&now, samples_);
}

// A row of a tier ends, and with it perhaps one of the next.
void History::end_row(std::size_t tier, HistorySlot slot) {
  auto& slots = slots_[tier];
  slots.push_back(slot);
  if (slots.size() > kHistoryTiers[tier].rows) slots.pop_front();
  const std::size_t next = tier + 1;
  if (next == kHistoryTiers.size() || ++pending_[tier] < kHistoryTiers[next].from_rows) return;
  pending_[tier] = 0;
  HistorySlot sum;
  for (auto made_of = slots.end() - static_cast<std::ptrdiff_t>(kHistoryTiers[next].from_rows); made_of != slots.end();
       ++made_of) {
    sum.length += made_of->length;
    sum.has_gap |= made_of->has_gap;
  }
  for_each_track([next](Track& track) { track.end_row(next); });
  end_row(next, sum);
}

void History::make_room() {
  for (auto& [name, family] : families_)
    std::erase_if(family.tracks, [this](const auto& entry) { return entry.second.seen() + kForgetAfter < samples_; });
  std::erase_if(families_, [](const auto& entry) { return entry.second.tracks.empty(); });
  bytes_ = bytes_of_known_ = 0;
  for (const auto& [name, family] : families_) {
    std::size_t bytes = sizeof family + name.capacity() + family.help.capacity();
    for (const auto& [labels, track] : family.tracks) bytes += bytes_of(labels) + track.bytes();
    bytes_ += bytes;
    if (is_well_known(name)) bytes_of_known_ += bytes;
  }
  for (const bool well_known : {false, true}) {
    for (auto entry = families_.rbegin(); entry != families_.rend(); ++entry) {
      auto& [name, family] = *entry;
      while (is_well_known(name) == well_known && !family.tracks.empty() && bytes_ > max_bytes_) {
        const auto last = std::prev(family.tracks.end());
        bytes_ -= bytes_of(last->first) + last->second.bytes();
        family.tracks.erase(last);
        ++left_out_;
      }
    }
  }
}

History::View History::view(std::chrono::seconds range) const {
  const auto kept = [this](std::size_t tier) {
    std::chrono::nanoseconds sum{};
    for (const auto& slot : slots_[tier]) sum += slot.length;
    return sum;
  };
  View view;
  // A tier that is not full goes back to the first sample.
  while (view.tier + 1 < kHistoryTiers.size() && slots_[view.tier].size() == kHistoryTiers[view.tier].rows &&
         kept(view.tier) < range)
    ++view.tier;
  HistorySlot rest;
  for (std::size_t finer = 0; finer < view.tier; ++finer) {
    const auto& slots = slots_[finer];
    for (auto slot = slots.end() - static_cast<std::ptrdiff_t>(pending_[finer]); slot != slots.end(); ++slot) {
      rest.length += slot->length;
      rest.has_gap |= slot->has_gap;
      view.has_rest = true;
    }
  }
  auto length = rest.length;
  auto first = slots_[view.tier].end();
  while (first != slots_[view.tier].begin() && length < range) length += (--first)->length;
  view.slots.assign(first, slots_[view.tier].end());
  if (view.has_rest) view.slots.push_back(rest);
  return view;
}

std::vector<TrackRow> History::rows(const Track& track, const View& view) const {
  std::vector<TrackRow> rows;
  const std::size_t whole = view.slots.size() - (view.has_rest ? 1 : 0);
  if (track.rows(view.tier) < whole) rows.resize(whole - track.rows(view.tier), track.no_row());
  track.for_newest(view.tier, whole, [&rows](const TrackRow& row) { rows.push_back(row); });
  if (!view.has_rest) return rows;
  rows.push_back(track.no_row());
  for (std::size_t finer = view.tier; finer-- > 0;)
    track.for_newest(finer, pending_[finer], [&rows](const TrackRow& row) { rows.back().add(row); });
  return rows;
}

}  // namespace vitals::detail
