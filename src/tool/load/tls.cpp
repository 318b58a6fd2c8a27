#include "tool/load/tls.hpp"

#include <cerrno>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

bool is_ip_address(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 || ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

// Takes OpenSSL's reasons off their queue.
std::string newest_error() {
  std::string text;
  while (const auto error = ::ERR_get_error()) {
    if (const char* reason = ::ERR_reason_error_string(error)) text = reason;
  }
  return text;
}

}  // namespace

struct TlsSession::Impl {
  SSL* ssl;
  std::string fault{};

  Transfer result(int n) {
    switch (::SSL_get_error(ssl, n)) {
      case SSL_ERROR_WANT_READ:
      case SSL_ERROR_WANT_WRITE:
        return Transfer::Wait;
      case SSL_ERROR_ZERO_RETURN:
        return Transfer::Closed;
      default:
        fault = newest_error();
        return Transfer::Failed;
    }
  }
};

struct TlsContext::Impl {
  std::string host;
  SSL_CTX* context;
};

TlsSession::TlsSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsSession::~TlsSession() { ::SSL_free(impl_->ssl); }

Transfer TlsSession::handshake() {
  ::ERR_clear_error();
  const int n = ::SSL_connect(impl_->ssl);
  if (n == 1) return Transfer::Some;
  const auto result = impl_->result(n);
  if (const long verdict = ::SSL_get_verify_result(impl_->ssl); verdict != X509_V_OK)
    impl_->fault = ::X509_verify_cert_error_string(verdict);
  if (result != Transfer::Wait && impl_->fault.empty()) impl_->fault = "the server doesn't speak it";
  return result == Transfer::Closed ? Transfer::Failed : result;
}

Transfer TlsSession::send(std::string_view bytes, std::size_t& sent) {
  ::ERR_clear_error();
  const int n = ::SSL_write_ex(impl_->ssl, bytes.data(), bytes.size(), &sent);
  return n == 1 ? Transfer::Some : impl_->result(n);
}

Transfer TlsSession::receive(char* into, std::size_t size, std::size_t& received) {
  ::ERR_clear_error();
  const int n = ::SSL_read_ex(impl_->ssl, into, size, &received);
  return n == 1 ? Transfer::Some : impl_->result(n);
}

std::string TlsSession::fault() const { return impl_->fault; }

TlsContext::TlsContext(std::string host, const TlsOptions& options)
    : impl_(std::make_unique<Impl>(Impl{std::move(host), ::SSL_CTX_new(::TLS_client_method())})) {
  if (!impl_->context) throw std::runtime_error(fmt::format("TLS can't be started: {}", newest_error()));
  ::SSL_CTX_set_mode(impl_->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_verify(impl_->context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  const bool is_read = options.ca_file.empty()
                           ? ::SSL_CTX_set_default_verify_paths(impl_->context) == 1
                           : ::SSL_CTX_load_verify_locations(impl_->context, options.ca_file.c_str(), nullptr) == 1;
  if (is_read) return;
  ::SSL_CTX_free(impl_->context);
  throw std::invalid_argument(fmt::format("--ca-file {}: no certificates can be read from it: {}; give a PEM file",
                                          printable(options.ca_file, 200), newest_error()));
}

TlsContext::~TlsContext() { ::SSL_CTX_free(impl_->context); }

std::unique_ptr<TlsSession> TlsContext::open(int socket) const {
  SSL* ssl = ::SSL_new(impl_->context);
  if (!ssl || ::SSL_set_fd(ssl, socket) != 1) {
    ::SSL_free(ssl);
    throw std::bad_alloc();
  }
  // An address is looked for in the certificate as such, and has no place in the handshake's name.
  if (is_ip_address(impl_->host)) {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), impl_->host.c_str());
  } else {
    ::SSL_set1_host(ssl, impl_->host.c_str());
    ::SSL_set_tlsext_host_name(ssl, impl_->host.c_str());
  }
  return std::make_unique<TlsSession>(std::make_unique<TlsSession::Impl>(TlsSession::Impl{ssl}));
}

}  // namespace vitals::tool
