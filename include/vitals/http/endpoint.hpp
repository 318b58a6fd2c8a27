#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <vitals/detail/abi.hpp>

namespace vitals {

class Registry;
struct ServiceLevels;

/// Where an Endpoint listens, and what a client may cost. The defaults suit a scraper every few seconds.
struct EndpointOptions {
  /// An IPv4 or IPv6 address in digits; "0.0.0.0" for every interface, "::" for every one of IPv6 and IPv4; a
  /// link-local one with its interface, "fe80::1%eth0". Metrics are not for public networks.
  std::string address = "127.0.0.1";
  /// 0: any free one; Endpoint::port() tells which.
  std::uint16_t port = 9464;
  /// Where the metrics are: a path as it stands in a URL, without escapes; not that of another page.
  std::string path = "/metrics";

  /// When a limit is reached, the connection that is the least worth keeping makes room for the new one (docs/http.md
  /// has the order); for the limit per address (IPv6: per /64 network), one of that address. If there is none, the new
  /// one is closed. At most 10,000.
  std::size_t max_connections = 64;
  std::size_t max_connections_per_ip = 16;
  /// Scrapes that may wait for the registry at once; further ones get 503 if there is no place within 250 ms.
  std::size_t max_scrapes_in_flight = 8;
  /// Bytes of answers that slow readers may hold; beyond it those are closed that have been at it the longest, a second
  /// or more, then scrapes get 503.
  std::size_t max_response_bytes = std::size_t{64} << 20;

  // Timeouts are from 1 ms to a day.
  std::chrono::milliseconds header_timeout{5'000};  ///< from the first byte (or the connect) to the whole header
  /// For the registry, then 503; a scraper's own X-Prometheus-Scrape-Timeout-Seconds wins, less the time to answer.
  std::chrono::milliseconds scrape_timeout{30'000};
  std::chrono::milliseconds write_timeout{30'000};  ///< for the whole answer, and at least 1 KiB/s after 5 s
  std::chrono::milliseconds idle_timeout{75'000};   ///< between two requests
  std::chrono::milliseconds stop_timeout{5'000};    ///< for stop()

  /// Read by the constructor: the endpoint keeps burn rates and error budgets of their objectives, as a LevelStatus of
  /// the registry does, and answers them at /slo as JSON. Refused if there are mistakes in them. They should be those
  /// of the registry's HttpMetrics: what these don't count is answered as unknown.
  const ServiceLevels* levels = nullptr;

  /// The live page at /: how the service is and how it was, for a browser; it judges by `levels`. False: / is a list of
  /// the other pages, and no history is kept.
  bool live_page = true;
  /// Of the live page's history: 6 to 8 kB for a histogram of 13 buckets that is in use, 1 kB for a counter, 1 to 4 kB
  /// for a gauge. What there is no room for has none: the page says so. At most 1 GiB.
  std::size_t max_history_bytes = std::size_t{4} << 20;
};

/// Serves a registry to scrapers: /metrics (formats as in scrape(), gzip), /-/healthy, /-/ready, with levels /slo, and
/// the live page at /.
/// Thread-safe.
/// Cost: two threads, `vitals-http` and `vitals-gather`, which receive no signals; recording threads never wait for
/// them. Idle, one wakes each five seconds to read the registry for the live page, some 0.5 µs for each series and what
/// callbacks take, and with levels one each LevelStatus::interval(), mostly a minute, for some microseconds.
/// A hostile client costs at most max_connections connections of 16 KiB and the time limits above (docs/http.md).
/// Lifetime: the registry must outlive it. Stopped by its destructor. After fork() the child serves nothing, and may
/// make an Endpoint of its own: of a Registry of its own, or of this one if no thread of the parent was scraping it or,
/// with levels or the live page, reading its counters.
///
/// Registers its own health in the registry: vitals_scrapes_total, vitals_scrape_duration_seconds and
/// vitals_connections_dropped_total, and what register_library_metrics() exposes.
class Endpoint {
 public:
  /// Listens when it returns. Throws std::system_error, naming address and port, if it can't (in use, not permitted, no
  /// such address); std::invalid_argument if an option makes no sense.
  explicit Endpoint(Registry& registry, const EndpointOptions& options = {});
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// The port it listens on.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// What /-/ready answers: 200 if true, as it is at first, else 503.
  void set_ready(bool ready) noexcept;

  /// Closes the port at once, lets answers under way end, then ends the threads: within stop_timeout, whatever clients
  /// or callbacks do. Later calls do nothing. Must not be called from a signal handler.
  void stop() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitals
