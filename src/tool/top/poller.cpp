#include "tool/top/poller.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "tool/check/measure.hpp"

namespace vitals::tool {

bool poll(const CheckArguments& arguments, Service& service, const std::stop_token& stop) {
  try {
    Exposed exposed;
    const auto at = time_of([&] { exposed = fetch_scrape(arguments, stop); });
    service.add(at, wall_clock(), exposed);
    return true;
  } catch (const std::runtime_error& error) {  // FetchError, and a file of credentials that can't be read meanwhile
    service.fail(wall_clock(), error.what());
  } catch (const std::invalid_argument& error) {
    service.fail(wall_clock(), error.what());
  }
  return false;
}

Poller::Poller(const CheckArguments& arguments, std::unique_ptr<Service> service, std::chrono::nanoseconds interval)
    : arguments_(arguments),
      service_(std::move(service)),
      interval_(interval),
      news_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      model_(std::make_shared<const Model>(service_->model())) {
  if (news_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Poller::~Poller() {
  thread_.request_stop();
  thread_.join();
  ::close(news_);
}

void Poller::run(const std::stop_token& stop) {
  for (auto due = Service::Clock::now(); !stop.stop_requested();) {
    poll(arguments_, *service_, stop);
    publish();
    due = std::max(due + interval_, Service::Clock::now());
    std::unique_lock lock(pause_mutex_);
    pause_.wait_until(lock, stop, due, [] { return false; });
  }
}

void Poller::publish() {
  auto model = std::make_shared<const Model>(service_->model());
  {
    const std::lock_guard lock(mutex_);
    model_ = std::move(model);
    ++number_;
  }
  const std::uint64_t one = 1;
  if (::write(news_, &one, sizeof one) < 0) return;  // full: there is news anyway
}

Poller::Taken Poller::take() {
  std::uint64_t count = 0;
  if (::read(news_, &count, sizeof count) < 0) count = 0;
  const std::lock_guard lock(mutex_);
  return {model_, number_};
}

}  // namespace vitals::tool
