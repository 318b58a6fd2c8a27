#pragma once
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "tool/load/tls.hpp"

namespace vitals::tool {

/// An address of a server, as the system takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// Where the load goes. Shared by all connections, which don't change it.
struct LoadServer {
  std::string url{};        ///< "http://127.0.0.1:8080", without a path
  std::string authority{};  ///< the Host header
  std::string path{};       ///< what the URL has behind the host
  std::vector<SocketAddress> addresses{};
  std::unique_ptr<TlsContext> tls{};  ///< of https
};

/// Looks the host of a URL up. Throws std::invalid_argument with what is wrong with it and the fix.
LoadServer find_server(const std::string& url, const TlsOptions& tls);
/// Why it is no address of a server, and the fix; empty: it is one. Looks nothing up.
std::string server_url_fault(const std::string& url);

}  // namespace vitals::tool
