#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "http/access/tls_settings.hpp"
#include "http/access/watched_files.hpp"

struct ssl_ctx_st;  // SSL_CTX of OpenSSL

namespace vitals::detail {

/// The server's side of TLS: 1.2 and later, without renegotiation, compression and resumption, with ALPN http/1.1; made
/// anew when its files change.
/// Thread-safe: current() and expires_at() from any thread; reload_if_changed() from one.
/// Cost: reload_if_changed() a stat() of each file, unless they changed.
class TlsContext {
 public:
  /// Throws std::invalid_argument with file (and line), the reason and the fix.
  explicit TlsContext(TlsSettings settings);
  ~TlsContext();

  /// True: the files have others than before, and current() has them. False with `why_not`: the files can't be taken,
  /// such as a certificate whose key is still the old one, so what was before is kept and the next call tries again;
  /// said once for each reason. False without: nothing to do, or the files changed since the last call, so that the
  /// next one reads them if they stay as they are.
  bool reload_if_changed(std::string& why_not);

  /// Whether the files were as they are now when they were taken. On the thread of reload_if_changed().
  [[nodiscard]] bool is_up_to_date() const noexcept { return !must_retry_; }

  /// A connection must keep it for as long as its SSL lives: the check of allowed_names is in it. It has no app data
  /// and no password callback, so that Asio may take it over with one SSL_CTX_up_ref().
  [[nodiscard]] std::shared_ptr<ssl_ctx_st> current() const;
  /// When the first certificate of the chain that is sent ends.
  [[nodiscard]] std::chrono::sys_seconds expires_at() const;

 private:
  struct Loaded;

  mutable std::mutex mutex_;  // of loaded_
  const TlsSettings settings_;
  WatchedFiles files_;
  std::shared_ptr<Loaded> loaded_;
  std::string told_;  // the last why_not
  bool must_retry_ = false;
};

}  // namespace vitals::detail
