#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "http/access/tls_settings.hpp"

namespace vitals::detail {

struct FreeX509 {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

/// A certificate, with the place where it begins ("server.pem:27").
struct Certificate {
  std::unique_ptr<X509, FreeX509> x509;
  std::string place;
};
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeKey>;

// These throw std::invalid_argument with the place, the reason and the fix. They may leave errors in OpenSSL's queue,
// which the caller's QuietErrors takes away. `what` is for messages: "certificate".

/// The text of a source. Without a file nothing is read.
[[nodiscard]] std::string pem_text(const PemSource& source, const std::string& what);
/// Every certificate in the text, one at least.
[[nodiscard]] std::vector<Certificate> pem_certificates(const std::string& text, const PemSource& source,
                                                        const std::string& what);
/// The first private key in the text; one with a password is refused.
[[nodiscard]] PrivateKey pem_private_key(const std::string& text, const PemSource& source);

[[nodiscard]] std::chrono::sys_seconds time_of(const ASN1_TIME* time);
/// "2026-12-31 23:59:59 UTC".
[[nodiscard]] std::string shown_time(std::chrono::sys_seconds time);
/// Refuses a certificate whose time has not come or is over.
void check_time(const Certificate& certificate, std::chrono::sys_seconds now);

/// How messages call the source.
[[nodiscard]] std::string shown_source(const PemSource& source);

}  // namespace vitals::detail
