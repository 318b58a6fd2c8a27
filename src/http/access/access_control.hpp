#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/access/authenticator.hpp"
#include "http/access/expiry_notice.hpp"
#include "http/access/networks.hpp"
#include "http/access/rate_limiter.hpp"
#include "http/access/tls_context.hpp"
#include "http/access/watched_files.hpp"
#include "http/access/web_config.hpp"

namespace vitals::detail {

/// Who may ask, as an endpoint's options say it; empty paths for what is not asked for.
struct AccessOptions {
  std::string tls_certificate = {};
  std::string tls_key = {};
  std::string tls_client_ca = {};  ///< given: clients must have a certificate of it
  std::vector<std::string> tls_allowed_names = {};
  std::string users_file = {};
  std::string bearer_token_file = {};
  std::vector<std::string> allowed_networks = {};  ///< empty: all
  std::string web_config_file = {};                ///< in place of the TLS options and users_file
};

/// Holds all of it for an endpoint, and follows the files.
/// Thread-safe: any member from any thread, but poll() from one.
class AccessControl {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// Reads the files. Throws std::invalid_argument: "vitals::EndpointOptions:", the file or the option, the rule, the
  /// fix.
  explicit AccessControl(const AccessOptions& options);

  /// Looks at the files and takes over what changed, once two calls have found it the same; what can't be taken over
  /// stays as it was, and so do logins and client certificates that would no longer be asked for. For a log: one
  /// message for each file that was taken over, one for each reason why one was not, once, what ExpiryNotice says, and
  /// that its web.yml protects nothing. Throws std::bad_alloc, and std::system_error if the system has no randomness.
  /// Call it each second or so. Cost: a stat() of each file, and of new files their reading.
  struct Message {
    enum class Kind { Taken, KeptOut, CertificateEnds, Unprotected } kind = Kind::Taken;
    std::string text = {};
  };
  [[nodiscard]] std::vector<Message> poll();
  /// Whether all files were as they are now when they were taken over.
  [[nodiscard]] bool is_up_to_date() const noexcept { return is_up_to_date_.load(std::memory_order_relaxed); }

  /// Of a peer's address; those of a Unix socket have none and are let in by its mode.
  [[nodiscard]] bool admits(const PeerAddress& peer) const noexcept {
    return networks_.empty() || networks_.contains(peer);
  }
  /// Null: the endpoint speaks plain HTTP, as long as it lives. A new connection takes the newest and keeps it until
  /// its SSL is gone.
  [[nodiscard]] std::shared_ptr<ssl_ctx_st> tls() const;
  /// Null without TLS. Otherwise when the certificate ends.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> certificate_expires_at() const;
  [[nodiscard]] Authenticator& authenticator() noexcept { return authenticator_; }
  /// A request that it doesn't admit is answered with 429.
  [[nodiscard]] RateLimiter& rate_limiter() noexcept { return rate_limiter_; }
  /// To add to each answer. Never null.
  [[nodiscard]] std::shared_ptr<const Headers> headers() const;

 private:
  struct Parts;

  void begin(Parts parts);
  void poll_files(std::vector<Message>& messages);
  bool take(Parts parts);
  void check_that_none_is_let_in(const Parts& parts) const;

  const AccessOptions options_;
  const Networks networks_;
  mutable std::mutex mutex_;  // of tls_ and headers_
  std::shared_ptr<TlsContext> tls_;
  TlsSettings tls_settings_;  // of tls_; that of the thread that calls poll()
  std::shared_ptr<const Headers> headers_;
  Authenticator authenticator_;
  RateLimiter rate_limiter_;
  WatchedFiles files_;  // all but TLS's, which tls_ watches
  ExpiryNotice expiry_;
  std::string told_;
  bool must_retry_ = false;
  bool has_empty_config_ = false;          // its web.yml says nothing
  bool is_unprotected_ = false;            // by its web.yml, and that was not told yet
  std::atomic<bool> is_up_to_date_{true};  // relaxed: tells nothing but itself
};

}  // namespace vitals::detail
