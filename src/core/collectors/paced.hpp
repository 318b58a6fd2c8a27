#pragma once

#include <chrono>

namespace vitals::detail {

/// A value that may take long to read: a reading that took 1 ms or more is used for 100 times that long, so that
/// reading takes at most 1 % of the time, however often the value is asked for. Not thread-safe.
template <class Value>
class Paced {
 public:
  using Time = std::chrono::nanoseconds;

  /// `cost` is a clock that shows what readings take.
  template <class Read, class Clock>
  const Value& get(Time now, Read read, Clock cost) {
    if (now < next_) return value_;
    const Time before = cost();
    value_ = read();
    const Time took = cost() - before;
    if (took >= std::chrono::milliseconds{1}) next_ = now + 100 * took;
    return value_;
  }

 private:
  Value value_{};
  Time next_ = Time::min();
};

}  // namespace vitals::detail
