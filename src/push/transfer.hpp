#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/push.hpp>

namespace vitals::detail {

/// By which another thread breaks off a transfer, or the pause before one. Thread-safe; for one transfer at a time.
class PushBreak {
 public:
  /// `patience`: for the answer to a request that is on its way, which the other side acts upon anyway.
  void request(std::chrono::milliseconds patience = std::chrono::milliseconds{0}) noexcept;
  [[nodiscard]] bool requested() const noexcept;
  /// Whether the patience is over. REQUIRES: requested().
  [[nodiscard]] bool is_over() const noexcept;
  /// False if it was broken off.
  bool sleep_until(std::chrono::steady_clock::time_point due);

  /// The transfer under way, CURLM*; null: none.
  void watch(void* multi) noexcept;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool requested_ = false;
  std::chrono::steady_clock::time_point until_;
  void* multi_ = nullptr;
};

struct PushRequest {
  const char* method = "PUT";
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value"
  std::string_view body;             ///< must outlive the transfer
  const PushTls& tls;
};

struct PushAnswer {
  int status = 0;        ///< 0: none came
  std::string body;      ///< its beginning
  std::string location;  ///< where a redirect leads
  std::optional<std::chrono::seconds> retry_after;
  std::string error;         ///< why no answer came
  std::string_view fix;      ///< what to do about that; empty: not known
  bool may_recover = false;  ///< without an answer: whether another attempt may have one
  bool broken_off = false;
};

/// Makes libcurl ready, once for the process. Throws std::runtime_error if it can't be.
void start_libcurl();

/// One request, on a connection of its own, with `timeout` for all of it. Follows no redirect, and takes nothing from
/// the environment. REQUIRES: start_libcurl().
[[nodiscard]] PushAnswer transfer(const PushRequest& request, std::chrono::milliseconds timeout, PushBreak& stop);

}  // namespace vitals::detail
