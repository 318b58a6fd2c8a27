#include "core/system/lasting_thread.hpp"

#include <exception>
#include <utility>

#include "core/system/service_thread.hpp"
#include "core/system/thread_end.hpp"

namespace vitals::detail {

void LastingThread::start(const char* name, std::function<void()> body) {
  name_ = name;
  body_ = std::move(body);
  const std::lock_guard lock{mutex_};
  thread_ = start_service_thread(name_, [this] { run(); });
}

void LastingThread::run() {
  try {
    body_();
  } catch (...) {
    if (is_thread_end()) replace();
    throw;
  }
}

// The last of this thread that touches *this.
void LastingThread::replace() noexcept {
  const std::lock_guard lock{mutex_};
  if (joining_) return;
  try {
    auto next = start_service_thread(name_, [this] { run(); });
    thread_.detach();
    thread_ = std::move(next);
  } catch (const std::exception&) {  // the machine has none to give
  }
}

void LastingThread::join() {
  std::thread last;
  {
    const std::lock_guard lock{mutex_};
    joining_ = true;
    last = std::move(thread_);
  }
  if (last.joinable()) last.join();
}

}  // namespace vitals::detail
