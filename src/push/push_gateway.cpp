#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include <unistd.h>

#include <vitals/push.hpp>

#include "core/system/lasting_thread.hpp"
#include "core/system/random.hpp"
#include "core/system/thread_end.hpp"
#include "push/outage_lines.hpp"
#include "push/pusher.hpp"

namespace vitals {

using detail::PushMethod;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kLastAnswer{1'000};

}  // namespace

struct PushGateway::Impl {
  Impl(Registry& registry, PushOptions options) : pusher{registry, std::move(options)} {
    if (interval.count() == 0) return;
    const auto now = SteadyClock::now();
    // Many copies of a program that start at once push one after the other.
    due = now + std::chrono::nanoseconds{static_cast<std::chrono::nanoseconds::rep>(
                    static_cast<double>(interval.count()) * detail::jitter_unit(now))};
    thread.start("vitals-push", [this] { push_each_interval(); });
  }

  PushResult push(PushMethod method);
  void push_each_interval();
  void tell(const PushResult& result) { lines.tell(result, about, SteadyClock::now()); }
  void advance() noexcept;
  void push_on_exit() noexcept;

  const pid_t process = getpid();
  detail::Pusher pusher;
  detail::OutageLines lines{pusher.options()};  // of the thread; once it has ended, of the destructor
  detail::PushBreak stop;                       // of the thread
  const std::chrono::nanoseconds interval{pusher.options().interval};
  const std::string about{pusher.about("PUT")};
  SteadyClock::time_point due;  // of the thread, as what follows
  bool is_pushing = false;
  detail::LastingThread thread;
};

PushResult PushGateway::Impl::push(PushMethod method) {
  // The group is the parent's, and so may be the locks of the registry.
  if (process != getpid())
    return {.message = "vitals::PushGateway: it is the parent's of this forked process; make another one here"};
  detail::PushBreak never;
  return pusher.push(method, never);
}

// A callback of the registry, or on_error, may end its thread: then this begins anew on another one.
void PushGateway::Impl::push_each_interval() {
  if (std::exchange(is_pushing, false))
    tell({.message = about + "failed, since a callback of the registry has ended the thread that called it"});
  while (stop.sleep_until(due)) {
    try {
      is_pushing = true;
      const PushResult result = pusher.push(PushMethod::Put, stop);
      is_pushing = false;
      if (stop.requested()) return;
      tell(result);
    } catch (...) {  // out of memory: the next one may succeed
      if (detail::is_thread_end()) {
        advance();
        throw;
      }
      is_pushing = false;
    }
    advance();
  }
}

// Those that a slow gateway cost are left out.
void PushGateway::Impl::advance() noexcept {
  due += interval;
  const auto now = SteadyClock::now();
  if (due < now) due += interval * ((now - due) / interval + 1);
}

void PushGateway::Impl::push_on_exit() noexcept {
  const PushOnExit what = pusher.options().on_exit;
  if (what == PushOnExit::Nothing) return;
  try {
    const PushResult result = push(what == PushOnExit::Push ? PushMethod::Put : PushMethod::Delete);
    if (!result.ok) lines.tell_last(result.message);
  } catch (const std::exception&) {  // out of memory: there is nobody to tell
  }
}

PushGateway::PushGateway(Registry& registry, PushOptions options)
    : impl_{std::make_unique<Impl>(registry, std::move(options))} {}

PushGateway::~PushGateway() {
  // In a forked child the thread is not there to be joined, and its state is as the fork found it: left alone.
  if (impl_->process != getpid()) {
    (void)impl_.release();
    return;
  }
  // A push that the gateway has may be stored after the last one, unless its answer has come.
  const bool has_more = impl_->pusher.options().on_exit != PushOnExit::Nothing;
  impl_->stop.request(has_more ? kLastAnswer : std::chrono::milliseconds{0});
  impl_->thread.join();
  impl_->push_on_exit();
}

PushResult PushGateway::push() { return impl_->push(PushMethod::Put); }
PushResult PushGateway::add() { return impl_->push(PushMethod::Post); }
PushResult PushGateway::remove() { return impl_->push(PushMethod::Delete); }

}  // namespace vitals
