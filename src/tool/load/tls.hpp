#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace vitals::tool {

/// How a transfer on a socket that doesn't block went.
enum class Transfer {
  Some,    ///< bytes went through
  Wait,    ///< none can now
  Closed,  ///< the other side has ended
  Failed
};

struct TlsOptions {
  bool verify = true;   ///< the server's certificate
  std::string ca_file;  ///< of whom it may be; empty: the system's
};

/// TLS over one socket that doesn't block. For one thread.
class TlsSession {
 public:
  struct Impl;

  explicit TlsSession(std::unique_ptr<Impl> impl);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Some: it is done.
  [[nodiscard]] Transfer handshake();
  [[nodiscard]] Transfer send(std::string_view bytes, std::size_t& sent);
  [[nodiscard]] Transfer receive(char* into, std::size_t size, std::size_t& received);
  /// Why handshake() failed.
  [[nodiscard]] std::string fault() const;

 private:
  std::unique_ptr<Impl> impl_;
};

/// What the sessions with a server have in common. Thread-safe once it is made.
class TlsContext {
 public:
  struct Impl;

  /// Throws std::invalid_argument if the file can't be used.
  TlsContext(std::string host, const TlsOptions& options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// On a connected socket, which stays the caller's.
  [[nodiscard]] std::unique_ptr<TlsSession> open(int socket) const;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitals::tool
