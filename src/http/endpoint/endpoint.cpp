#include <algorithm>
#include <cctype>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/process.hpp>

#include "core/levels/level_rules.hpp"
#include "core/system/service_thread.hpp"
#include "core/text/printable.hpp"
#include "http/endpoint/response.hpp"
#include "http/endpoint/server.hpp"

namespace vitals {
namespace {

using std::chrono::milliseconds;

using Registries = std::vector<EndpointRegistry>;

// A name, or an address in digits; IPv6 with or without brackets.
bool is_host(std::string host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  in6_addr ignored{};
  const auto is_of_name = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_'; };
  return inet_pton(AF_INET6, host.c_str(), &ignored) == 1 || (!host.empty() && std::ranges::all_of(host, is_of_name));
}

void check(const Registries& registries, const EndpointOptions& options) {
  const auto refuse = [](const std::string& why) { throw std::invalid_argument("vitals::EndpointOptions: " + why); };
  const auto require = [&](bool fulfilled, const char* rule) {
    if (!fulfilled) refuse(rule);
  };
  if (registries.empty()) throw std::invalid_argument("vitals::Endpoint: there must be a registry; give at least one");
  if (options.levels != nullptr) detail::throw_mistakes("vitals::Endpoint", detail::level_mistakes(*options.levels));
  std::vector<std::string> paths;
  for (const auto& one : registries) paths.push_back(one.path);
  if (const auto fault = detail::path_fault(detail::pages_of(options, paths)); !fault.empty()) refuse(fault);
  for (const auto& [path, page] : options.pages) {
    if (!page) refuse("pages: the path \"" + path + "\": it has no function; give it one, or leave it out");
  }
  for (const auto& host : options.allowed_hosts) {
    if (!is_host(host))
      refuse("allowed_hosts has \"" + detail::printable(host, 256) +
             "\", which is no host; write a name or an address, without scheme and port");
  }
  require(options.max_connections > 0 && options.max_connections <= 10'000, "max_connections must be 1 to 10000");
  require(options.max_connections_per_ip > 0, "max_connections_per_ip must be at least 1");
  require(options.max_history_bytes <= detail::kMaxHistoryBytes, "max_history_bytes must be at most 1 GiB");
  require(options.max_scrapes_in_flight > 0, "max_scrapes_in_flight must be at least 1");
  require(options.max_response_bytes > 0, "max_response_bytes must be at least 1");
  require(options.unix_socket_mode <= 0777, "unix_socket_mode must be at most 0777, in octal digits");
  const std::pair<const char*, milliseconds> limits[] = {
      {"header_timeout", options.header_timeout}, {"scrape_timeout", options.scrape_timeout},
      {"write_timeout", options.write_timeout},   {"idle_timeout", options.idle_timeout},
      {"stop_timeout", options.stop_timeout},     {"collector_timeout", options.collector_timeout}};
  for (const auto& [name, limit] : limits) {
    if (limit <= milliseconds{0} || limit > std::chrono::hours{24})
      refuse(std::string{name} + " is " + std::to_string(limit.count()) + " ms; it must be between 1 ms and a day");
  }
}

}  // namespace

struct Endpoint::Impl {
  Impl(const Registries& registries, const EndpointOptions& options) : server{registries, options} {
    if (options.self_metrics) register_library_metrics(registries.front().registry);
    thread = detail::start_service_thread("vitals-http", [this] { server.run(); });
  }

  const pid_t process = getpid();
  detail::Server server;
  std::mutex stopping;
  std::thread thread;
};

Endpoint::Endpoint(Registry& registry, const EndpointOptions& options)
    : Endpoint{Registries{{options.path, registry}}, options} {}

Endpoint::Endpoint(const Registries& registries, const EndpointOptions& options) {
  check(registries, options);
  impl_ = std::make_unique<Impl>(registries, options);
}

Endpoint::~Endpoint() {
  stop();
  // In a forked child the threads are not there to be joined, and their state is as the fork found it: left alone.
  if (impl_->process != getpid()) (void)impl_.release();
}

std::uint16_t Endpoint::port() const noexcept { return impl_->server.port(); }

void Endpoint::set_ready(bool ready) noexcept { impl_->server.set_ready(ready); }

void Endpoint::stop() noexcept {
  if (impl_->process != getpid()) return;
  const std::lock_guard lock{impl_->stopping};
  if (!impl_->thread.joinable()) return;
  const auto patience = impl_->server.options().stop_timeout;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  impl_->server.stop(patience * 9 / 10);
  impl_->thread.join();
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
  impl_->server.stop_threads(std::max(left, milliseconds{0}));
}

}  // namespace vitals
