#include "http/access/watched_files.hpp"

#include <algorithm>
#include <utility>

#include <sys/stat.h>
#include <time.h>

namespace vitals::detail {

namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;
// File systems keep times by a clock that ticks each few milliseconds, some only each two seconds.
constexpr std::int64_t kSettledAfter = 2 * kNanoseconds;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * kNanoseconds + time.tv_nsec; }

std::int64_t file_time_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now);
}

}  // namespace

WatchedFiles::WatchedFiles(std::vector<std::string> paths) : paths_(std::move(paths)) {
  std::erase_if(paths_, [](const std::string& path) { return path.empty(); });
  see(stamps());
}

WatchedFiles::Look WatchedFiles::look() {
  auto seen = stamps();
  const bool was_fresh = is_fresh_;
  const bool was_changing = std::exchange(is_changing_, seen != stamps_);
  see(std::move(seen));
  if (is_changing_) return Look::Changing;
  return was_changing || was_fresh ? Look::Changed : Look::Same;
}

bool WatchedFiles::have_changed() const { return stamps() != stamps_; }

std::vector<WatchedFiles::Stamp> WatchedFiles::stamps() const {
  std::vector<Stamp> stamps(paths_.size());
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    if (struct stat found{}; stat(paths_[i].c_str(), &found) == 0)
      stamps[i] = {found.st_dev, found.st_ino, found.st_size, nanoseconds(found.st_mtim), nanoseconds(found.st_ctim)};
  }
  return stamps;
}

void WatchedFiles::see(std::vector<Stamp> stamps) {
  stamps_ = std::move(stamps);
  const auto now = file_time_now();
  is_fresh_ = std::ranges::any_of(stamps_, [now](const Stamp& stamp) {
    const auto age = now - stamp.changed_ns;
    return age > -kSettledAfter && age < kSettledAfter;
  });
}

}  // namespace vitals::detail
