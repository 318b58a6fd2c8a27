#pragma once

namespace vitals {

class Counter;
class Gauge;
class Histogram;
class Registry;

namespace detail {

// A counter that is there only where options make it possible.
class OptionalCounter {
 public:
  OptionalCounter() = default;
  explicit OptionalCounter(Counter& counter) noexcept : counter_{&counter} {}

  void inc() noexcept;

 private:
  Counter* counter_ = nullptr;
};

// Which of the endpoint's metrics there are.
struct EndpointParts {
  bool has_networks = false;
  bool has_tls = false;
  bool has_logins = false;
  bool has_files = false;
};

// The endpoint's own health. Each series is looked up once, so that it is there from the start at 0.
struct EndpointMetrics {
  EndpointMetrics(Registry& registry, const EndpointParts& parts);

  /// Makes the gauge with its first value: without TLS there is none.
  void set_certificate_expiry(double seconds_since_1970);
  /// The same: without files there is none.
  void set_reload_successful(bool is_successful);

  Registry& registry;

  Counter& scrapes_ok;
  Counter& scrapes_partial;    // without collectors for which the scraper could not wait
  Counter& scrapes_failed;     // no memory for the answer
  Counter& scrapes_refused;    // too many at once, or too many bytes of answers
  Counter& scrapes_timed_out;  // not even what there was came in time
  Gauge& scrapes_under_way;

  Counter& dropped_evicted;           // made room for a new connection
  Counter& dropped_refused;           // found no room
  Counter& dropped_too_slow;          // missed a deadline
  Counter& dropped_descriptors;       // the process is out of file descriptors
  OptionalCounter dropped_network;    // in none of the allowed networks
  OptionalCounter dropped_handshake;  // of TLS, failed
  Gauge& connections;

  OptionalCounter logins_failed;
  OptionalCounter reloads_ok;
  OptionalCounter reloads_failed;
  Counter& listener_failures;
  Counter& collector_timeouts;

  Histogram& gather_seconds;
};

}  // namespace detail
}  // namespace vitals
