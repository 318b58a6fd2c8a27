#pragma once

#include <string>
#include <vector>

namespace vitals::detail {

/// PEM: in a file, or as it is written in web.yml; `where` says where that, or the path, stands there ("web.yml:3:9").
struct PemSource {
  std::string path = {};
  std::string text = {};
  std::string where = {};

  [[nodiscard]] bool empty() const noexcept { return path.empty() && text.empty(); }
  bool operator==(const PemSource&) const = default;
};

/// What is asked of clients, as client_auth_type of web.yml. Only RequireAndVerify keeps anybody out.
enum class ClientAuth { None, Request, RequireAny, VerifyIfGiven, RequireAndVerify };
enum class TlsVersion { Tls12, Tls13 };

/// How the endpoint speaks TLS.
struct TlsSettings {
  PemSource certificate = {};  ///< with its chain, its own first
  PemSource key = {};
  PemSource client_ca = {};  ///< certificates of whom client certificates must be
  ClientAuth client_auth = ClientAuth::None;
  /// A client's certificate must have one of them as subject alternative name: DNS, IP, e-mail or URI. Empty: all may.
  std::vector<std::string> allowed_names = {};
  TlsVersion min_version = TlsVersion::Tls12;
  TlsVersion max_version = TlsVersion::Tls13;
  /// IANA's names, of those in kCipherSuites; for TLS 1.2, as in Go. Empty: OpenSSL's with forward secrecy.
  std::vector<std::string> cipher_suites = {};
  bool prefer_server_cipher_suites = true;
  std::vector<std::string> curves = {};  ///< in order of preference, by Go's names: CurveP256, X25519. Empty: OpenSSL's

  bool operator==(const TlsSettings&) const = default;
};

}  // namespace vitals::detail
