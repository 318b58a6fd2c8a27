// Any bytes as what a client sends to an endpoint that speaks TLS; or a client of OpenSSL's with a certificate, whose
// bytes the input changes on their way. A client that nothing was done to is served, and OpenSSL has no complaint left
// then; whoever else gets in showed the certificate.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "http/access/tls_context.hpp"

namespace {

using namespace vitals::detail;

void require(bool holds) {
  if (!holds) std::abort();
}

template <auto Free>
struct Freed {
  void operator()(auto* p) const noexcept { Free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, Freed<SSL_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

Certificate make_certificate(EVP_PKEY* key) {
  Certificate made{X509_new()};
  X509_set_version(made.get(), 2);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 24L * 3600);
  X509_set_pubkey(made.get(), key);
  auto* const name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("fuzz"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  auto* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:scraper");
  X509_add_ext(made.get(), names, -1);
  X509_EXTENSION_free(names);
  require(X509_sign(made.get(), key, EVP_sha256()) > 0);
  return made;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// A certificate that is the server's, the clients' and their CA's.
struct World {
  World() : key{EVP_EC_gen("P-256")}, certificate{make_certificate(key.get())} {
    const Bio pem{BIO_new(BIO_s_mem())};
    const Bio key_pem{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(pem.get(), certificate.get());
    PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    const PemSource shown{.text = text_of(pem.get()), .where = "fuzz"};
    server = std::make_unique<TlsContext>(TlsSettings{.certificate = shown,
                                                      .key = {.text = text_of(key_pem.get()), .where = "fuzz"},
                                                      .client_ca = shown,
                                                      .client_auth = ClientAuth::RequireAndVerify,
                                                      .allowed_names = {"scraper"}});
    client.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_use_certificate(client.get(), certificate.get());
    SSL_CTX_use_PrivateKey(client.get(), key.get());
  }

  const Key key;
  const Certificate certificate;
  std::unique_ptr<TlsContext> server;
  Context client;
};

Connection connection_of(SSL_CTX* context) {
  Connection ssl{SSL_new(context)};
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  return ssl;
}

// What one has to say to the other.
std::string take(SSL* from) {
  std::array<char, 32768> buffer{};
  const int n = BIO_read(SSL_get_wbio(from), buffer.data(), buffer.size());
  return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

void give(SSL* to, std::string_view bytes) {
  if (!bytes.empty()) BIO_write(SSL_get_rbio(to), bytes.data(), static_cast<int>(bytes.size()));
}

// As the endpoint: the handshake, then reads.
bool go_on(SSL* server, bool& is_open) {
  ERR_clear_error();
  if (!SSL_is_init_finished(server)) {
    const int result = SSL_do_handshake(server);
    const int error = SSL_get_error(server, result);
    if (result == 1) require(ERR_peek_error() == 0);
    is_open = result == 1 || error == SSL_ERROR_WANT_READ;
    return result == 1;
  }
  std::array<char, 256> buffer{};
  const int n = SSL_read(server, buffer.data(), buffer.size());
  is_open = n > 0 || SSL_get_error(server, n) == SSL_ERROR_WANT_READ;
  return true;
}

void any_bytes(const World& world, std::string_view bytes) {
  const auto context = world.server->current();
  const auto server = connection_of(context.get());
  SSL_set_accept_state(server.get());
  for (bool is_open = true; is_open && !bytes.empty();) {
    const auto piece = bytes.substr(0, 1'000);
    bytes.remove_prefix(piece.size());
    give(server.get(), piece);
    require(!go_on(server.get(), is_open));  // nobody signs by chance
    take(server.get());
  }
  ERR_clear_error();
}

// Changes are three bytes each: where, and by what.
void changed_bytes(const World& world, int version, std::span<const std::uint8_t> changes) {
  const auto context = world.server->current();
  const auto server = connection_of(context.get());
  const auto client = connection_of(world.client.get());
  SSL_set_accept_state(server.get());
  SSL_set_connect_state(client.get());
  SSL_set_max_proto_version(client.get(), version);
  std::size_t sent = 0;
  bool is_open = true;
  bool is_in = false;
  for (int turns = 0; is_open && turns < 12; ++turns) {
    ERR_clear_error();
    if (SSL_do_handshake(client.get()) == 1 && turns == 8) SSL_write(client.get(), "GET", 3);
    auto bytes = take(client.get());
    for (std::size_t i = 0; i + 2 < changes.size(); i += 3) {
      const std::size_t at = std::size_t{changes[i]} << 8 | changes[i + 1];
      if (at >= sent && at - sent < bytes.size())
        bytes[at - sent] = static_cast<char>(static_cast<unsigned char>(bytes[at - sent]) ^
                                             static_cast<unsigned char>(changes[i + 2]));
    }
    sent += bytes.size();
    give(server.get(), bytes);
    is_in = go_on(server.get(), is_open);
    give(client.get(), take(server.get()));
  }
  ERR_clear_error();
  if (changes.size() < 3) require(is_in && is_open);
  if (is_in) require(SSL_get0_peer_certificate(server.get()) != nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World kWorld;
  if (size == 0) return 0;
  switch (data[0]) {
    case '2':
      changed_bytes(kWorld, TLS1_2_VERSION, {data + 1, data + size});
      break;
    case '3':
      changed_bytes(kWorld, TLS1_3_VERSION, {data + 1, data + size});
      break;
    default:
      any_bytes(kWorld, {reinterpret_cast<const char*>(data), size});
  }
  require(ERR_peek_error() == 0);
  return 0;
}
