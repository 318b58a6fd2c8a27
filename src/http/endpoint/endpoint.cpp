#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/process.hpp>

#include "core/levels/level_rules.hpp"
#include "core/text/printable.hpp"
#include "http/endpoint/response.hpp"
#include "http/endpoint/server.hpp"
#include "http/endpoint/service_thread.hpp"

namespace vitals {
namespace {

using std::chrono::milliseconds;

const EndpointOptions& checked(const EndpointOptions& options) {
  const auto require = [](bool fulfilled, const char* rule) {
    if (!fulfilled) throw std::invalid_argument(std::string{"vitals::EndpointOptions: "} + rule);
  };
  if (options.levels != nullptr) detail::throw_mistakes("vitals::Endpoint", detail::level_mistakes(*options.levels));
  if (const auto fault = detail::path_fault(detail::pages_of(options)); !fault.empty()) {
    throw std::invalid_argument("vitals::EndpointOptions: path \"" + detail::printable(options.path) +
                                "\": " + std::string{fault});
  }
  require(options.max_connections > 0 && options.max_connections <= 10'000, "max_connections must be 1 to 10000");
  require(options.max_connections_per_ip > 0, "max_connections_per_ip must be at least 1");
  require(options.max_history_bytes <= detail::kMaxHistoryBytes, "max_history_bytes must be at most 1 GiB");
  require(options.max_scrapes_in_flight > 0, "max_scrapes_in_flight must be at least 1");
  for (const auto limit : {options.header_timeout, options.scrape_timeout, options.write_timeout, options.idle_timeout,
                           options.stop_timeout}) {
    require(limit > milliseconds{0} && limit <= std::chrono::hours{24}, "timeouts must be between 1 ms and a day");
  }
  return options;
}

}  // namespace

struct Endpoint::Impl {
  Impl(Registry& registry, const EndpointOptions& options) : server{registry, checked(options)} {
    register_library_metrics(registry);
    thread = detail::start_service_thread("vitals-http", [this] { server.run(); });
  }

  const pid_t process = getpid();
  detail::Server server;
  std::mutex stopping;
  std::thread thread;
};

Endpoint::Endpoint(Registry& registry, const EndpointOptions& options)
    : impl_{std::make_unique<Impl>(registry, options)} {}

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
  impl_->server.gatherer().stop(std::max(left, milliseconds{0}));
}

}  // namespace vitals
