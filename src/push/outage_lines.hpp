#pragma once

#include <chrono>
#include <string>

#include <vitals/push.hpp>

namespace vitals::detail {

/// Tells the failures of pushes whose result nobody sees: to PushOptions::on_error, or without it as lines on stderr.
/// For one thread at a time. What on_error throws is dropped, but for the end of its thread.
class OutageLines {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// The options must outlive it.
  explicit OutageLines(const PushOptions& options) : on_error_{options.on_error} {}

  /// `about`: what the line of a success begins with.
  void tell(const PushResult& result, const std::string& about, Time now);
  /// A failure that is told in any case, being the last one.
  void tell_last(const std::string& message);

 private:
  void call(const std::string& message);

  const std::function<void(std::string_view)>& on_error_;
  bool failing_ = false;
  bool told_ = false;  // there is a line for the outage
  Time next_line_ = Time::min();
};

}  // namespace vitals::detail
