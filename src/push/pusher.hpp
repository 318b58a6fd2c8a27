#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

#include <vitals/push.hpp>

#include "push/credentials.hpp"
#include "push/transfer.hpp"

namespace vitals {

class Counter;

namespace detail {

enum class PushMethod { Put, Post, Delete };

/// Pushes one registry to one group, with all attempts that the deadline allows. Thread-safe: one push at a time.
class Pusher {
 public:
  /// Throws as PushGateway does.
  Pusher(Registry& registry, PushOptions options);

  [[nodiscard]] const PushOptions& options() const noexcept { return options_; }
  /// What a message begins with: who pushes, and where to.
  [[nodiscard]] std::string about(const char* method) const;

  PushResult push(PushMethod method, PushBreak& stop);

 private:
  using Time = std::chrono::steady_clock::time_point;

  PushResult push_alone(PushMethod method, Time start, PushBreak& stop);
  PushResult attempts(PushRequest& request, const PushCredentials& credentials, Time start, PushBreak& stop);
  std::string complaint(const PushAnswer& answer, const PushCredentials& credentials) const;

  Registry& registry_;
  const PushOptions options_;
  const std::string target_;
  Counter& ok_;
  Counter& failed_;

  std::mutex mutex_;
  std::condition_variable freed_;
  bool busy_ = false;
};

}  // namespace detail
}  // namespace vitals
