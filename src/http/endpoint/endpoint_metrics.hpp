#pragma once

namespace vitals {

class Counter;
class Histogram;
class Registry;

namespace detail {

// The endpoint's own health. Each series is looked up once, so that it is there from the start at 0.
struct EndpointMetrics {
  explicit EndpointMetrics(Registry& registry);

  Counter& scrapes_ok;
  Counter& scrapes_failed;     // no memory for the answer
  Counter& scrapes_refused;    // too many at once, or too many bytes held by slow readers
  Counter& scrapes_timed_out;  // the registry took longer than the scraper waits

  Counter& dropped_evicted;      // made room for a new connection
  Counter& dropped_refused;      // found no room
  Counter& dropped_too_slow;     // missed a deadline
  Counter& dropped_descriptors;  // the process is out of file descriptors

  Histogram& gather_seconds;
};

}  // namespace detail
}  // namespace vitals
