#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace vitals::testing {

/// What a client of TLS does.
struct TestClient {
  std::string certificate = {};  ///< and the file of its key; empty: it has none
  std::string key = {};
  std::string ca = {};  ///< of the server; empty: it believes any
  int min_version = TLS1_2_VERSION;
  int max_version = TLS1_3_VERSION;
  std::string ciphers = {};                 ///< of TLS 1.2, by OpenSSL's names
  std::string curves = {};                  ///< by OpenSSL's names
  std::vector<std::string> protocols = {};  ///< of ALPN
  SSL_SESSION* session = nullptr;           ///< to resume
  bool renegotiates = false;
  int key_updates = 0;  ///< before its first byte of data
};

struct Handshake {
  bool is_accepted = false;  ///< by the server
  bool is_served = false;    ///< the client has read what the server wrote
  std::string version = {};
  std::string cipher = {};
  std::string curve = {};
  std::string protocol = {};
  std::string server_name = {};  ///< the common name of the server's certificate
  std::size_t chain = 0;         ///< certificates that the server sent
  bool has_renegotiated = false;
  int received = 0;  ///< bytes of the client's data
  bool is_resumed = false;
  bool has_compression = false;
  std::shared_ptr<SSL_SESSION> session = {};
  std::string error = {};  ///< the client's, or else the server's: "tlsv13 alert certificate required"
};

/// A client and a server of TLS at the ends of a pair of sockets, each in a thread.
Handshake shake_hands(const std::shared_ptr<SSL_CTX>& server, const TestClient& client = {});

}  // namespace vitals::testing
