#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "tool/check/check.hpp"
#include "tool/top/model.hpp"
#include "tool/top/service.hpp"

namespace vitals::tool {

/// Scrapes a service again and again in a thread of its own, so that a server that hangs holds no screen.
/// Thread-safe. Lifetime: the arguments must outlive it. The destructor ends a scrape that is under way, within a
/// second.
class Poller {
 public:
  Poller(const CheckArguments& arguments, std::unique_ptr<Service> service, std::chrono::nanoseconds interval);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// A descriptor that can be read from when there is a new model; take() empties it.
  [[nodiscard]] int news() const { return news_; }
  /// The newest model, and how many there were.
  struct Taken {
    std::shared_ptr<const Model> model;
    std::size_t number;
  };
  Taken take();

 private:
  void run(const std::stop_token& stop);
  void publish();

  const CheckArguments& arguments_;
  const std::unique_ptr<Service> service_;  // the thread's own
  const std::chrono::nanoseconds interval_;
  int news_ = -1;
  std::mutex mutex_;  // of the next two
  std::shared_ptr<const Model> model_;
  std::size_t number_ = 0;
  std::mutex pause_mutex_;
  std::condition_variable_any pause_;
  std::jthread thread_;
};

/// One scrape; what goes wrong becomes part of the model. False: there was no answer.
bool poll(const CheckArguments& arguments, Service& service, const std::stop_token& stop = {});

}  // namespace vitals::tool
