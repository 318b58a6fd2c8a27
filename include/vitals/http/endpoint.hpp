#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/detail/abi.hpp>
#include <vitals/http/endpoint_functions.hpp>

namespace vitals {

class Registry;
struct ServiceLevels;

/// How an Endpoint speaks TLS 1.2 and 1.3: PEM files, which it reads again when they change. Those that can't be taken
/// then are told (EndpointOptions::on_event), and what was before is kept.
struct TlsOptions {
  std::string certificate = {};  ///< with its chain, its own first; empty: plain HTTP
  std::string key = {};
  std::string client_ca = {};  ///< given: a client must have a certificate that one of these has signed (mutual TLS)
  /// One of which a client's certificate must have as subject alternative name (DNS, IP, e-mail, URI); empty: any.
  std::vector<std::string> allowed_names = {};
};

/// One more place to listen at: an address as EndpointOptions has it, or a Unix socket.
struct EndpointAddress {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string unix_socket = {};
};

/// Where an Endpoint listens, who may ask, and what a client may cost. The defaults suit a scraper every few seconds.
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
  /// one is closed. Those that wait for the registry don't count, as long as there are fewer than 2 * max_connections
  /// in all; up to 16 more are about to close. At most 10,000.
  std::size_t max_connections = 64;
  std::size_t max_connections_per_ip = 16;
  /// Different answers (by format, compression, names, registry) that a gathering makes: who wants the same shares a
  /// place. Further ones get 503 if there is no place within 250 ms; an address that has several makes room.
  std::size_t max_scrapes_in_flight = 8;
  /// Bytes of answers that are held for readers or being made; beyond it readers are closed that have got stuck, then
  /// scrapes get 503. An answer is made in pieces, each compressed at once: a gzip one of a million series takes some
  /// MB of it. To make one takes 2 MiB besides, in protobuf up to 3.
  std::size_t max_response_bytes = std::size_t{32} << 20;

  // Timeouts are from 1 ms to a day.
  std::chrono::milliseconds header_timeout{5'000};  ///< from the first byte (or the connect) to the whole header
  /// For the registry; a scraper's own X-Prometheus-Scrape-Timeout-Seconds wins, less the time to answer. It then gets
  /// what there is, or 503.
  std::chrono::milliseconds scrape_timeout{30'000};
  std::chrono::milliseconds write_timeout{30'000};  ///< for the whole answer, and at least 1 KiB/s after 5 s
  std::chrono::milliseconds idle_timeout{75'000};   ///< between two requests
  std::chrono::milliseconds stop_timeout{100};      ///< for stop(): answers that are sent by then are whole
  /// For each callback and collector; what one that takes longer gives is left out, which is told
  /// (RegistryOptions::on_collector_error, vitals_collector_timeouts_total), and it is asked again once it has
  /// returned.
  std::chrono::milliseconds collector_timeout{5'000};

  /// Read by the constructor: the endpoint keeps burn rates and error budgets of their objectives, as a LevelStatus of
  /// the registry does, and answers them at /slo as JSON. Refused if there are mistakes in them. They should be those
  /// of the registry's HttpMetrics: what these don't count is answered as unknown.
  const ServiceLevels* levels = nullptr;

  /// The live page at /: how the service is and how it was, for a browser; it judges by `levels`, without them by the
  /// built-in targets of `vitals check`. False: / is a list of the other pages, and no history is kept.
  bool live_page = true;
  /// Of the live page's history: 6 to 8 kB for a histogram of 13 buckets that is in use, 1 kB for a counter, 1 to 4 kB
  /// for a gauge. What there is no room for has none: the page says so. At most 1 GiB.
  std::size_t max_history_bytes = std::size_t{4} << 20;

  // Where else it listens. docs/endpoint_security.md has the rest.

  /// The path of a Unix socket, or "@name" of an abstract one: instead of address and port.
  std::string unix_socket = {};
  std::uint32_t unix_socket_mode = 0660;  ///< of its file, and of those of more_addresses
  std::vector<EndpointAddress> more_addresses = {};
  /// The sockets that systemd gives to the process (LISTEN_FDS) instead of all these.
  bool systemd_sockets = false;

  // Who may ask. All of it holds for every page.

  TlsOptions tls = {};
  std::string users_file = {};         ///< names and bcrypt hashes, as `htpasswd -B` writes them: basic authentication
  std::string bearer_token_file = {};  ///< one line: clients may send it instead of a login
  std::vector<std::string> allowed_networks = {};  ///< "10.0.0.0/8", "fd00::/8", "192.0.2.7"; empty: all
  /// A web.yml as Prometheus and its exporters take it (TLS, users, headers), instead of tls and users_file.
  std::string web_config_file = {};
  /// Names and addresses ("metrics.example", "::1"), without ports, that a request's Host may have, against DNS
  /// rebinding; empty: all. Others get 403.
  std::vector<std::string> allowed_hosts = {};

  // The program's own functions are called on a thread of their own, vitals-user, one after the other (so is
  // RegistryOptions::on_collector_error), those first for which a client waits. One that hangs holds up the others,
  // whose pages get 503, and nothing else.

  /// Told what clients do not see: refusals, evictions, failed logins, a page or health that threw, a certificate that
  /// can't be taken or ends soon, a listener that died. Of each kind one in ten seconds, with the number of those
  /// between; of files and the certificate each.
  std::function<void(const EndpointEvent&)> on_event = {};
  /// Told each request. What there is no time for is left out.
  std::function<void(const EndpointRequest&)> on_request = {};
  /// What /-/healthy answers: an empty text for 200, else 503 with its first line as the reason.
  std::function<std::string()> health = {};
  /// Read-only pages by their paths; called with the query, what stands behind the '?'.
  std::map<std::string, std::function<EndpointAnswer(std::string_view)>, std::less<>> pages = {};

  /// Whether the registry gets the endpoint's own metrics, and those of register_library_metrics().
  bool self_metrics = true;
};

/// A registry, and the path of its metrics.
struct EndpointRegistry {
  std::string path;
  Registry& registry;
};

/// Serves a registry to scrapers: /metrics (formats as in scrape(), gzip), /-/healthy, /-/ready, with levels /slo, and
/// the live page at /.
/// Thread-safe.
/// Cost: threads `vitals-http`, `vitals-gather`, once there are callbacks `vitals-collect`, with users `vitals-login`,
/// with functions of the program `vitals-user`; they receive no signals, and recording threads never wait for them.
/// Idle, one wakes each five seconds to read the registry for the live page, some 0.5 µs for each series and what
/// callbacks take, another each five seconds to look after its listeners (each second, if it has files of TLS or
/// passwords), and with levels one each LevelStatus::interval(), mostly a minute, for some microseconds.
/// A hostile client costs at most 2 * max_connections + 16 connections of 16 KiB (with TLS 80 KiB) and the time limits
/// above (docs/http.md). Lifetime: the registry must outlive it. Stopped by its destructor. After fork() the child
/// serves nothing, and may make an Endpoint of its own: of a Registry of its own, or of this one if no thread of the
/// parent was scraping it or, with levels or the live page, reading its counters.
///
/// Registers its own health in the (first) registry: docs/http.md has the metrics; and what register_library_metrics()
/// exposes.
class Endpoint {
 public:
  /// Listens when it returns. Throws std::system_error, naming address and port, if it can't (in use, not permitted, no
  /// such address); std::invalid_argument if an option makes no sense.
  explicit Endpoint(Registry& registry, const EndpointOptions& options = {});
  /// Several registries, each at its path; EndpointOptions::path is not read. The first one is that of the live page,
  /// of the levels and of the endpoint's own metrics.
  explicit Endpoint(const std::vector<EndpointRegistry>& registries, const EndpointOptions& options = {});
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// The first port it listens on; 0 if there are Unix sockets alone.
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
