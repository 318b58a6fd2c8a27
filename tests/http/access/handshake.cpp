#include "http/access/handshake.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <openssl/err.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vitals::testing {

namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Connection = std::unique_ptr<SSL, decltype(&SSL_free)>;

// OpenSSL writes to sockets that the other end may have closed.
void block_sigpipe() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

std::string error_of_thread() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(code);
  return reason ? reason : code == 0 ? "" : "error " + std::to_string(code);
}

void must(bool good, const std::string& what) {
  if (!good) throw std::runtime_error(what + ": " + error_of_thread());
}

Context context_of(const TestClient& client) {
  Context context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  SSL_CTX_set_security_level(context.get(), 0);  // so that it can offer old versions
  must(SSL_CTX_set_min_proto_version(context.get(), client.min_version) == 1, "min_version");
  must(SSL_CTX_set_max_proto_version(context.get(), client.max_version) == 1, "max_version");
  if (!client.ciphers.empty()) must(SSL_CTX_set_cipher_list(context.get(), client.ciphers.c_str()) == 1, "ciphers");
  if (!client.curves.empty()) must(SSL_CTX_set1_groups_list(context.get(), client.curves.c_str()) == 1, "curves");
  if (!client.certificate.empty()) {
    must(SSL_CTX_use_certificate_chain_file(context.get(), client.certificate.c_str()) == 1, "certificate");
    must(SSL_CTX_use_PrivateKey_file(context.get(), client.key.c_str(), SSL_FILETYPE_PEM) == 1, "key");
  }
  if (!client.ca.empty()) {
    must(SSL_CTX_load_verify_locations(context.get(), client.ca.c_str(), nullptr) == 1, "ca");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  std::string protocols;
  for (const auto& protocol : client.protocols) protocols += static_cast<char>(protocol.size()) + protocol;
  if (!protocols.empty())
    SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                            static_cast<unsigned>(protocols.size()));
  return context;
}

// Accepts, says "hello", and reads until the client has gone.
void serve(SSL* ssl, Handshake& result, std::string& error) {
  result.is_accepted = SSL_accept(ssl) == 1;
  if (result.is_accepted) {
    SSL_write(ssl, "hello", 5);
    std::array<char, 64> buffer{};
    for (int n = 0; (n = SSL_read(ssl, buffer.data(), buffer.size())) > 0;) result.received += n;
  }
  error = error_of_thread();
  shutdown(SSL_get_fd(ssl), SHUT_WR);
}

std::string common_name(X509* certificate) {
  std::array<char, 256> name{};
  if (certificate)
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
  return name.data();
}

void ask(SSL* ssl, const TestClient& client, Handshake& result) {
  if (client.session) SSL_set_session(ssl, client.session);
  std::array<char, 64> buffer{};
  result.is_served = SSL_connect(ssl) == 1 && SSL_read(ssl, buffer.data(), buffer.size()) == 5;
  if (!result.is_served) {
    result.error = error_of_thread();
    return;
  }
  result.version = SSL_get_version(ssl);
  result.cipher = SSL_get_cipher_name(ssl);
  if (const int curve = static_cast<int>(SSL_get_shared_curve(ssl, 0)); curve > 0) result.curve = OBJ_nid2sn(curve);
  EVP_PKEY* peer_key = nullptr;
  if (SSL_get_peer_tmp_key(ssl, &peer_key) == 1) {
    std::array<char, 64> group{};
    std::size_t n = 0;
    if (EVP_PKEY_get_group_name(peer_key, group.data(), group.size(), &n) == 1) result.curve = group.data();
    EVP_PKEY_free(peer_key);
  }
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &protocol, &size);
  result.protocol.assign(reinterpret_cast<const char*>(protocol), size);
  result.server_name = common_name(SSL_get0_peer_certificate(ssl));
  result.chain = static_cast<std::size_t>(sk_X509_num(SSL_get_peer_cert_chain(ssl)));
  result.is_resumed = SSL_session_reused(ssl) == 1;
  result.has_compression = SSL_get_current_compression(ssl) != nullptr;
  if (client.renegotiates) {
    result.has_renegotiated =
        SSL_renegotiate(ssl) == 1 && SSL_do_handshake(ssl) == 1 && SSL_renegotiate_pending(ssl) == 0;
    result.error = error_of_thread();
  }
  for (int i = 0; i < client.key_updates; ++i) {
    SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(ssl);
  }
  if (client.key_updates > 0) SSL_write(ssl, "x", 1);
  result.session = {SSL_get1_session(ssl), SSL_SESSION_free};
  SSL_shutdown(ssl);
}

}  // namespace

Handshake shake_hands(const std::shared_ptr<SSL_CTX>& server, const TestClient& client) {
  std::array<int, 2> sockets{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  Handshake result;
  std::string server_error;
  std::thread serving([&] {
    block_sigpipe();
    const Connection ssl{SSL_new(server.get()), SSL_free};
    SSL_set_fd(ssl.get(), sockets[0]);
    serve(ssl.get(), result, server_error);
  });
  std::thread asking([&] {
    block_sigpipe();
    const auto context = context_of(client);
    const Connection ssl{SSL_new(context.get()), SSL_free};
    SSL_set_fd(ssl.get(), sockets[1]);
    ask(ssl.get(), client, result);
    shutdown(sockets[1], SHUT_RDWR);
  });
  asking.join();
  serving.join();
  close(sockets[0]);
  close(sockets[1]);
  if (result.error.empty()) result.error = server_error;
  return result;
}

}  // namespace vitals::testing
