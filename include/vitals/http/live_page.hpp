#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/detail/abi.hpp>

namespace vitals {

class Registry;
struct ServiceLevels;

/// An answer of LivePage. A plain value.
struct PageResponse {
  int status = 200;  ///< 200; 400 for a faulty query, 404, 500 without memory for it
  std::string content_type;
  std::string more_headers;  ///< whole lines of HTTP/1.1, each with its end; never anything that the client sent
  std::string body;

  /// Calls set(name, value) for each header of the answer but those of its length, as ScrapeResponse::headers() does.
  template <class Set>
  void headers(Set&& set) const {
    set(std::string_view{"Content-Type"}, std::string_view{content_type});
    for (std::string_view rest = more_headers; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
      const auto colon = rest.find(':');
      set(rest.substr(0, colon), rest.substr(colon + 2, rest.find('\r') - colon - 2));
    }
  }
};

struct LivePageOptions {
  /// Read by the constructor: the page judges by them, as EndpointOptions::levels has it, else by built-in ones.
  const ServiceLevels* levels = nullptr;
  /// As EndpointOptions::max_history_bytes.
  std::size_t max_history_bytes = std::size_t{4} << 20;
  /// Addresses that the page links to, seen from where it is: "../metrics".
  std::vector<std::string> links = {};
};

/// The live page for those who serve it on their own HTTP server, and have no Endpoint: docs/live_page.md.
/// Thread-safe.
/// Cost: a thread, `vitals-page`, which receives no signals and reads the registry each five seconds, some 0.5 µs for
/// each series and what callbacks take, as Endpoint's does; the memory of the history. An answer for 100 routes some
/// 2 ms on the thread that asks.
/// Lifetime: the registry must outlive it. Its destructor waits for a callback that its thread is calling, and so must
/// not be called by one. A forked child must not use it.
class LivePage {
 public:
  /// Throws std::invalid_argument, naming each mistake, if there are mistakes in the levels, or if max_history_bytes is
  /// above 1 GiB; std::system_error if the thread can't be started.
  explicit LivePage(Registry& registry, const LivePageOptions& options = {});
  ~LivePage();
  LivePage(const LivePage&) = delete;
  LivePage& operator=(const LivePage&) = delete;

  /// The answer to GET of a path and the query behind its '?'. The path is what stands behind the one where the page
  /// is, which must end in '/': mounted at "/status/", that of "/status/data?range=300" is "data", and that of the page
  /// itself is empty. `accept_encoding` is the request's header, if any. Never throws.
  /// Serve it to whom you would show your metrics.
  [[nodiscard]] PageResponse serve(std::string_view path, std::string_view query = {},
                                   std::string_view accept_encoding = {}) const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitals
