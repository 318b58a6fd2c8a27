// Whoever goes over the series of a family: scrapes, expiry, removal by some of the labels.
#include <algorithm>
#include <thread>

#include "core/formats/protobuf_writer.hpp"
#include "core/formats/text_writer.hpp"
#include "core/series/family_base.hpp"
#include "core/series/label_messages.hpp"

namespace vitals::detail {

namespace {
constexpr std::size_t kAhead = 12;  // how many series ahead a walk prefetches
constexpr int kFew = 64;            // how many series it visits before it lets others have the lock
}  // namespace

FamilyBase::Activity& FamilyBase::activity_of(Series& series) noexcept {
  return *reinterpret_cast<Activity*>(reinterpret_cast<std::byte*>(&series) + series.block_bytes - sizeof(Activity));
}

// A series is idle as long as scrapes find the same in it.
bool FamilyBase::is_idle(Series& series, std::int64_t now) noexcept {
  Activity& seen = activity_of(series);
  const std::uint64_t value = activity(series.instrument.load(std::memory_order_relaxed));
  if (value != seen.value.exchange(value, std::memory_order_relaxed)) seen.since.store(now, std::memory_order_relaxed);
  return now - seen.since.load(std::memory_order_relaxed) >= declared_.options.expire_after.count();
}

void FamilyBase::let_others_pass(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  // A mutex goes to whoever is running, so those who were put to sleep need a moment to get it.
  for (int i = 0; i < 100 && waiting_.load(std::memory_order_relaxed) > 0; ++i) std::this_thread::yield();
  lock.lock();
}

// Most series lie one after the other in memory, but the CPU's own prefetching ends with each page. A scrape of 100,000
// counters takes 2.2 ms with this and 2.6 ms without (12 paired runs on the machine of bench/README.md). It is left out
// where it earned nothing: few series are in the cache anyway, and of large ones, such as histograms, the CPU foresees
// most. An address that is not mapped does no harm.
void FamilyBase::prefetch(const Series& series) noexcept {
  constexpr std::size_t kMany = 20'000;
  constexpr std::size_t kLarge = 512;
  if (size_ < kMany || series.block_bytes > kLarge) return;
  const auto* ahead = reinterpret_cast<const char*>(&series) + kAhead * series.block_bytes;
  for (std::size_t line = 0; line < series.block_bytes; line += 64) __builtin_prefetch(ahead + line);
  __builtin_prefetch(static_cast<const char*>(series.instrument.load(std::memory_order_relaxed)) +
                     kAhead * instruments_.size());
}

template <class Visit>
void FamilyBase::for_each(Visit visit) {
  std::unique_lock lock{mutex_};
  Cursor cursor{first_, last_};
  cursors_.push_back(&cursor);
  const auto leave = [&] { std::erase(cursors_, &cursor); };
  try {
    for (int n = 1; cursor.at != nullptr; ++n) {
      Series& series = *cursor.at;
      cursor.step();
      prefetch(series);
      visit(series);
      if (n % kFew == 0) let_others_pass(lock);
    }
  } catch (...) {  // out of memory
    leave();
    throw;
  }
  leave();
}

template <class Visit>
void FamilyBase::for_each_active(Visit visit) {
  if (!expires()) return for_each(visit);
  const std::int64_t now = environment_.clock->steady_nanos();
  for_each([&](Series& series) {
    if (!is_idle(series, now)) return visit(series);
    take_out(series);
    expired_.fetch_add(1, std::memory_order_relaxed);
  });
}

bool FamilyBase::matches(const Series& series, std::span<const LabelMatch> wanted) const {
  return std::all_of(wanted.begin(), wanted.end(), [&](const LabelMatch& match) {
    std::string_view found;
    layout_.for_each(series.key(), [&](std::string_view name, std::string_view value) {
      if (name == match.label) found = value;
    });
    return found == match.value;
  });
}

// Goes over the series as a scrape does, a few at a time, so that nobody waits long for the lock.
std::size_t FamilyBase::remove_matching(std::span<const LabelMatch> wanted) {
  if (declared_.is_single()) return 0;
  std::size_t removed = 0;
  for_each([&](Series& series) {
    if (!matches(series, wanted)) return;
    take_out(series);
    ++removed;
  });
  return removed;
}

void FamilyBase::read_each(MetricSnapshot& scratch, const std::function<void(const MetricSnapshot&)>& visit) {
  for_each_active([&](const Series& series) {
    std::size_t n = environment_.labels.size();
    if (scratch.labels.size() < n) scratch.labels.resize(n);
    std::copy(environment_.labels.begin(), environment_.labels.end(), scratch.labels.begin());
    layout_.for_each(series.key(), [&](std::string_view name, std::string_view value) {
      if (n == scratch.labels.size()) scratch.labels.emplace_back();
      scratch.labels[n].name.assign(name);
      scratch.labels[n].value.assign(value);
      ++n;
    });
    scratch.labels.resize(n);
    scratch.created = series.created;
    read(series.instrument.load(std::memory_order_relaxed), scratch, true);
    visit(scratch);
  });
}

void FamilyBase::write(TextWriter& writer) {
  MetricSnapshot scratch;
  if (!plain_names_) return read_each(scratch, [&](const MetricSnapshot& metric) { writer.add(metric); });
  for_each_active([&](const Series& series) { write(writer, series, scratch); });
}

void FamilyBase::write(TextWriter& writer, const Series& series, MetricSnapshot& scratch) {
  scratch.created = series.created;
  read(series.instrument.load(std::memory_order_relaxed), scratch, writer.is_openmetrics());
  writer.add(series.text(), scratch);
}

void FamilyBase::write(ProtobufWriter& writer) {
  MetricSnapshot scratch;
  if (!plain_names_) return read_each(scratch, [&](const MetricSnapshot& metric) { writer.add(metric); });
  LabelMessages labels{environment_.labels, layout_};
  for_each_active([&](const Series& series) {
    scratch.created = series.created;
    read(series.instrument.load(std::memory_order_relaxed), scratch, true);
    writer.add(labels.of(series.key()), scratch);
  });
}

}  // namespace vitals::detail
