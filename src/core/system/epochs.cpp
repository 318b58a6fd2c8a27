#include "core/system/epochs.hpp"

#include <unistd.h>

namespace vitals::detail {

namespace {

constexpr int kCountBits = 32;
constexpr std::uint64_t kCount = (std::uint64_t{1} << kCountBits) - 1;

std::uint64_t this_process() noexcept { return static_cast<std::uint64_t>(getpid()) << kCountBits; }

void leave(std::atomic<std::uint64_t>& readers, std::uint64_t process) noexcept {
  std::uint64_t seen = readers.load();
  while ((seen & ~kCount) == process && !readers.compare_exchange_weak(seen, seen - 1)) {
  }
}

}  // namespace

Epochs::Reader::Reader(Epochs& epochs) noexcept : readers_{nullptr}, process_{this_process()} {
  for (;;) {
    const std::uint64_t moment = epochs.current_.load();
    readers_ = &epochs.readers_[moment & 1];
    std::uint64_t seen = readers_->load();
    while (!readers_->compare_exchange_weak(seen, ((seen & ~kCount) == process_ ? seen : process_) + 1)) {
    }
    if (epochs.current_.load() == moment) return;
    leave(*readers_, process_);
  }
}

Epochs::Reader::~Reader() { leave(*readers_, process_); }

bool Epochs::has_passed(std::uint64_t moment) noexcept {
  for (;;) {
    std::uint64_t current = current_.load();
    if (current >= moment + 2) return true;
    const std::uint64_t readers = readers_[(current - 1) & 1].load();
    if ((readers & kCount) != 0 && (readers & ~kCount) == this_process()) return false;
    current_.compare_exchange_strong(current, current + 1);
  }
}

}  // namespace vitals::detail
