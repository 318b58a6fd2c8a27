#include "http/access/tls_context.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "http/access/allowed_names.hpp"
#include "http/access/quiet_errors.hpp"
#include "http/access/tls_files.hpp"
#include "http/access/tls_names.hpp"

namespace vitals::detail {

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};

// What a client's certificate must be.
struct ClientRules {
  bool verifies = false;
  AllowedNames names;
};

namespace {

constexpr std::size_t kMaxClientCertificates = std::size_t{32} << 10;  // bytes that a client may send
constexpr std::intptr_t kMaxControlRecords = 128;                      // that have no data of the client

// What the files have.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string client_ca;

  explicit TlsFiles(const TlsSettings& settings)
      : certificate(pem_text(settings.certificate, "certificate")), key(pem_text(settings.key, "private key")) {
    if (!settings.client_ca.empty()) client_ca = pem_text(settings.client_ca, "CA certificate");
  }
  ~TlsFiles() { OPENSSL_cleanse(key.data(), key.size()); }
  TlsFiles(const TlsFiles&) = delete;
  TlsFiles& operator=(const TlsFiles&) = delete;

  [[nodiscard]] std::array<unsigned char, EVP_MAX_MD_SIZE> digest() const {
    const auto sizes = std::to_string(certificate.size()) + ' ' + std::to_string(key.size()) + ' ';
    auto all = sizes + certificate + key + client_ca;
    std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
    const auto done = EVP_Digest(all.data(), all.size(), result.data(), nullptr, EVP_sha256(), nullptr);
    OPENSSL_cleanse(all.data(), all.size());
    if (done != 1) throw std::bad_alloc();
    return result;
  }
};

// What OpenSSL says of its last refusal, in words: "ee key too small".
std::string reason_of_openssl() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason ? reason : "no reason given";
}

void must(int result, const std::string& place, const std::string& what, const std::string& fix) {
  if (result == 1) return;
  throw std::invalid_argument(place + ": OpenSSL refuses " + what + " (" + reason_of_openssl() + "); " + fix);
}

// RFC 7301: of what the client offers, HTTP/1.1; if it offers others alone, such as h2, the handshake fails.
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void* /*unused*/) {
  std::string_view rest{reinterpret_cast<const char*>(offered), offered_size};
  while (!rest.empty()) {
    const auto name = rest.substr(1, static_cast<unsigned char>(rest.front()));
    if (name == "http/1.1" || name == "http/1.0") {
      *chosen = reinterpret_cast<const unsigned char*>(name.data());
      *chosen_size = static_cast<unsigned char>(name.size());
      return SSL_TLSEXT_ERR_OK;
    }
    rest.remove_prefix(1 + name.size());
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int judge_client(X509_STORE_CTX* chain, void* given) {
  const auto& rules = *static_cast<const ClientRules*>(given);
  if (rules.verifies) {
    const int result = X509_verify_cert(chain);
    if (result != 1) return result;
  } else {
    X509_STORE_CTX_set_error(chain, X509_V_OK);
  }
  if (rules.names.empty() || rules.names.has_one_of(X509_STORE_CTX_get0_cert(chain))) return 1;
  X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

int verify_mode(ClientAuth auth) {
  switch (auth) {
    case ClientAuth::None:
      return SSL_VERIFY_NONE;
    case ClientAuth::Request:
    case ClientAuth::VerifyIfGiven:
      return SSL_VERIFY_PEER;
    case ClientAuth::RequireAny:
    case ClientAuth::RequireAndVerify:
      break;
  }
  return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

// A client may ask for new keys again and again, each time 15 us of the thread that reads, which waits for data and
// sees nothing of it; or for another handshake. Beyond what a handshake has, it counts as one that has closed the
// connection.
void count_record(int is_sent, int /*version*/, int type, const void* record, std::size_t size, SSL* tls,
                  void* /*arg*/) {
  static const int count_of = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  const bool is_record = type == SSL3_RT_HEADER || type == SSL3_RT_INNER_CONTENT_TYPE;
  if (is_sent != 0 || !is_record || size == 0) return;
  if (*static_cast<const unsigned char*>(record) == SSL3_RT_APPLICATION_DATA) return;  // or encrypted, and told anew
  const auto count = reinterpret_cast<std::intptr_t>(SSL_get_ex_data(tls, count_of)) + 1;
  SSL_set_ex_data(tls, count_of, reinterpret_cast<void*>(count));
  if (count > kMaxControlRecords) SSL_set_shutdown(tls, SSL_get_shutdown(tls) | SSL_RECEIVED_SHUTDOWN);
}

void set_protocol(SSL_CTX* context, const TlsSettings& settings) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_clear_options(context, SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
  if (settings.prefer_server_cipher_suites)
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  else
    SSL_CTX_clear_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  // A session that is resumed shows no certificate, and its client may be allowed no more.
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  constexpr std::string_view kSession = "vitals";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(kSession.data()), kSession.size());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(context, static_cast<long>(kMaxClientCertificates));
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_msg_callback(context, count_record);
}

void set_versions_and_ciphers(SSL_CTX* context, const TlsSettings& settings) {
  std::string ciphers;
  for (const auto& name : settings.cipher_suites)
    if (const auto suite = std::ranges::find(kCipherSuites, name, &CipherSuite::iana);
        suite != kCipherSuites.end() && !suite->openssl.empty())
      ciphers += (ciphers.empty() ? "" : ":") + std::string{suite->openssl};
  const bool has_none_for_tls12 = ciphers.empty() && !settings.cipher_suites.empty();
  if (ciphers.empty()) ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
  const auto version = [](TlsVersion v) { return v == TlsVersion::Tls12 ? TLS1_2_VERSION : TLS1_3_VERSION; };
  const auto min = has_none_for_tls12 ? TLS1_3_VERSION : version(settings.min_version);
  if (min > version(settings.max_version))
    throw std::invalid_argument(shown_source(settings.certificate) +
                                ": no version of TLS is left; let max_version be "
                                "TLS13, or allow TLS12 and a cipher suite of it");
  const auto place = shown_source(settings.certificate);
  must(SSL_CTX_set_min_proto_version(context, min), place, "the lowest version of TLS", "allow a newer one");
  must(SSL_CTX_set_max_proto_version(context, version(settings.max_version)), place, "the highest version of TLS",
       "allow TLS12");
  must(SSL_CTX_set_cipher_list(context, ciphers.c_str()), place, "the cipher suites", "leave cipher_suites out");

  std::string curves;
  for (const auto& name : settings.curves)
    if (const auto curve = std::ranges::find(kCurves, name, &Curve::go); curve != kCurves.end())
      curves += (curves.empty() ? "" : ":") + std::string{curve->openssl};
  // Those of Go. OpenSSL's own have finite fields as well, of which the largest costs the server 100 ms a handshake,
  // and a client that sends no more than its first message nothing.
  if (curves.empty()) curves = "X25519:P-256:P-384:P-521";
  must(static_cast<int>(SSL_CTX_set1_groups_list(context, curves.c_str())), place, "the curves",
       "leave curve_preferences out");
}

// The pair that the server shows. Returns when the first certificate of it ends.
std::chrono::sys_seconds set_pair(SSL_CTX* context, const TlsSettings& settings, const TlsFiles& files) {
  const auto chain = pem_certificates(files.certificate, settings.certificate, "certificate");
  const auto key = pem_private_key(files.key, settings.key);
  const auto is_of_key = [&key](const Certificate& c) { return X509_check_private_key(c.x509.get(), key.get()) == 1; };
  const auto& own = chain.front();
  if (!is_of_key(own))
    throw std::invalid_argument(
        shown_source(settings.key) + ": " +
        (std::ranges::any_of(chain, is_of_key)
             ? "is the key of a later certificate in " + shown_source(settings.certificate) +
                   "; let the endpoint's own come first, then its issuers"
             : "is not the key of the certificate in " + own.place + "; give the two that were made together"));

  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto ends = std::chrono::sys_seconds::max();
  for (const auto& certificate : chain) {
    check_time(certificate, now);
    ends = std::min(ends, time_of(X509_get0_notAfter(certificate.x509.get())));
  }
  const std::string weak = "make one with another key or signature, such as EC P-256 and SHA-256";
  must(SSL_CTX_use_certificate(context, own.x509.get()), own.place, "the certificate", weak);
  must(SSL_CTX_use_PrivateKey(context, key.get()), shown_source(settings.key), "the key", weak);
  for (std::size_t i = 1; i < chain.size(); ++i)
    must(static_cast<int>(SSL_CTX_add1_chain_cert(context, chain[i].x509.get())), chain[i].place, "the certificate",
         weak);
  return ends;
}

void set_client_ca(SSL_CTX* context, const TlsSettings& settings, const TlsFiles& files) {
  SSL_CTX_set_verify(context, verify_mode(settings.client_auth), nullptr);
  // A certificate that is trusted is the end of the chain, even if it was issued by another, as in Go.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  const auto place = shown_source(settings.certificate);
  if (settings.client_ca.empty()) {
    if (settings.client_auth == ClientAuth::RequireAndVerify || !settings.allowed_names.empty())
      throw std::invalid_argument(place +
                                  ": clients must have a certificate, and there is no CA to check it by; give "
                                  "the CA's certificate as client_ca");
    // By the system's CAs, as in Go; who has no certificate is let in as well.
    if (settings.client_auth == ClientAuth::VerifyIfGiven)
      must(SSL_CTX_set_default_verify_paths(context), place, "the system's CA certificates", "give a client_ca");
    return;
  }
  if (!settings.allowed_names.empty() && settings.client_auth != ClientAuth::RequireAndVerify)
    throw std::invalid_argument(place +
                                ": names are allowed, but clients may come without a certificate that is "
                                "checked; require and verify one");
  for (const auto& ca : pem_certificates(files.client_ca, settings.client_ca, "CA certificate")) {
    must(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.x509.get()), ca.place, "the CA certificate",
         "give another");
    must(SSL_CTX_add_client_CA(context, ca.x509.get()), ca.place, "the CA certificate", "give another");
  }
}

}  // namespace

struct TlsContext::Loaded {
  explicit Loaded(const TlsSettings& settings)
      : rules{settings.client_auth == ClientAuth::VerifyIfGiven || settings.client_auth == ClientAuth::RequireAndVerify,
              AllowedNames(settings.allowed_names)} {
    const QuietErrors quiet;
    const TlsFiles files(settings);
    digest = files.digest();
    context.reset(SSL_CTX_new(TLS_server_method()));
    if (!context) throw std::bad_alloc();
    set_protocol(context.get(), settings);
    set_versions_and_ciphers(context.get(), settings);
    ends = set_pair(context.get(), settings, files);
    set_client_ca(context.get(), settings, files);
    SSL_CTX_set_cert_verify_callback(context.get(), judge_client, &rules);
  }

  ClientRules rules;
  std::unique_ptr<SSL_CTX, FreeContext> context;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::chrono::sys_seconds ends;
};

TlsContext::TlsContext(TlsSettings settings)
    : settings_(std::move(settings)),
      files_({settings_.certificate.path, settings_.key.path, settings_.client_ca.path}),
      loaded_(std::make_shared<Loaded>(settings_)) {}

TlsContext::~TlsContext() = default;

bool TlsContext::reload_if_changed(std::string& why_not) {
  why_not.clear();
  const auto look = files_.look();
  if (look == WatchedFiles::Look::Changing || (look == WatchedFiles::Look::Same && !must_retry_)) return false;
  const bool had_to_retry = std::exchange(must_retry_, true);
  std::shared_ptr<Loaded> loaded;
  std::string fault;
  try {
    loaded = std::make_shared<Loaded>(settings_);
  } catch (const std::invalid_argument& error) {
    fault = error.what();
  }
  must_retry_ = files_.have_changed() ? had_to_retry : !loaded;
  if (files_.have_changed()) return false;
  if (fault != told_) why_not = told_ = std::move(fault);
  const std::lock_guard lock(mutex_);
  if (!loaded || loaded->digest == loaded_->digest) return false;
  loaded_.swap(loaded);
  return true;
}

std::shared_ptr<ssl_ctx_st> TlsContext::current() const {
  const std::lock_guard lock(mutex_);
  return {loaded_, loaded_->context.get()};
}

std::chrono::sys_seconds TlsContext::expires_at() const {
  const std::lock_guard lock(mutex_);
  return loaded_->ends;
}

}  // namespace vitals::detail
