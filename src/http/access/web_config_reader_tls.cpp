#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"
#include "http/access/tls_names.hpp"
#include "http/access/web_config_reader.hpp"

namespace vitals::detail {

namespace {

constexpr std::array<std::string_view, 13> kTlsKeys{"cert",
                                                    "key",
                                                    "client_ca",
                                                    "cert_file",
                                                    "key_file",
                                                    "client_ca_file",
                                                    "client_auth_type",
                                                    "client_allowed_sans",
                                                    "min_version",
                                                    "max_version",
                                                    "cipher_suites",
                                                    "prefer_server_cipher_suites",
                                                    "curve_preferences"};

constexpr std::array<std::pair<std::string_view, ClientAuth>, 6> kClientAuths{
    {{"NoClientCert", ClientAuth::None},
     {"RequestClientCert", ClientAuth::Request},
     {"RequireAnyClientCert", ClientAuth::RequireAny},
     {"RequireClientCert", ClientAuth::RequireAny},
     {"VerifyClientCertIfGiven", ClientAuth::VerifyIfGiven},
     {"RequireAndVerifyClientCert", ClientAuth::RequireAndVerify}}};

}  // namespace

std::optional<TlsSettings> WebConfigReader::tls(const Entry& whole) {
  TlsSettings settings;
  const auto given = entries(*whole.value, "tls_server_config", kTlsKeys);
  if (given.empty()) return std::nullopt;
  for (const auto& entry : given) {
    if (entry.key.starts_with("cert")) read_pem(entry, settings.certificate);
    if (entry.key.starts_with("key")) read_pem(entry, settings.key);
    if (entry.key.starts_with("client_ca")) read_pem(entry, settings.client_ca);
    if (entry.key == "client_auth_type") settings.client_auth = client_auth(entry);
    if (entry.key == "client_allowed_sans") read_names(entry, settings);
    if (entry.key == "min_version") settings.min_version = version(entry, TlsVersion::Tls12);
    if (entry.key == "max_version") settings.max_version = version(entry, TlsVersion::Tls13);
    if (entry.key == "cipher_suites")
      settings.cipher_suites = known_texts(entry, kCipherSuites, &CipherSuite::iana, "cipher suite");
    if (entry.key == "prefer_server_cipher_suites") settings.prefer_server_cipher_suites = boolean(entry, true);
    if (entry.key == "curve_preferences") settings.curves = known_texts(entry, kCurves, &Curve::go, "curve");
  }
  judge_tls(whole, given, settings);
  return settings;
}

void WebConfigReader::read_pem(const Entry& entry, PemSource& into) {
  auto read = entry.key.ends_with("_file") ? PemSource{.path = path(entry)} : PemSource{.text = text(entry)};
  if (read.empty()) return;
  if (!into.empty()) {
    add(*entry.name, "it is given in a file and here as well; keep one of them");
    return;
  }
  read.where = place_of(*entry.value);
  into = std::move(read);
}

void WebConfigReader::read_names(const Entry& entry, TlsSettings& into) {
  for (const auto* const item : texts(entry)) {
    if (item->scalar.empty())
      add(*item, "the name is empty; write one of the certificate's subject alternative names");
    else
      into.allowed_names.push_back(item->scalar);
  }
  if (entry.value->kind == YamlValue::Kind::List && entry.value->items.empty())
    add(*entry.value, "an empty list would let nobody in; name those who may come, or leave it out");
}

// What the keys say together.
void WebConfigReader::judge_tls(const Entry& whole, const std::vector<Entry>& given, const TlsSettings& settings) {
  const auto at = [&](std::string_view key) -> const YamlValue& {
    const auto found = std::ranges::find_if(given, [key](const Entry& entry) { return entry.key.starts_with(key); });
    return found == given.end() ? *whole.name : *found->name;
  };
  if (settings.certificate.empty()) add(at("cert"), "tls_server_config needs a certificate; add cert_file");
  if (settings.key.empty()) add(at("key"), "tls_server_config needs the certificate's private key; add key_file");
  if (settings.min_version > settings.max_version)
    add(at("min_version"), "min_version is above max_version, so that no version is left; lower it");
  const bool has_ca = !settings.client_ca.empty();
  if (has_ca && settings.client_auth == ClientAuth::None)
    add(at("client_ca"),
        "nobody is asked for a certificate of this CA; add client_auth_type: RequireAndVerifyClientCert");
  if (!has_ca && settings.client_auth == ClientAuth::RequireAndVerify)
    add(at("client_auth_type"),
        "without a CA, a certificate of any that this system trusts would do; add client_ca_file");
  if (!settings.allowed_names.empty() && settings.client_auth != ClientAuth::RequireAndVerify)
    add(at("client_allowed_sans"),
        "names mean nothing unless certificates are checked; add client_auth_type: RequireAndVerifyClientCert");
  const bool is_tls13_alone = std::ranges::none_of(settings.cipher_suites, [](const std::string& name) {
    return !std::ranges::find(kCipherSuites, name, &CipherSuite::iana)->openssl.empty();
  });
  if (!settings.cipher_suites.empty() && is_tls13_alone && settings.max_version == TlsVersion::Tls12)
    add(at("cipher_suites"),
        "none of these is one of TLS 1.2, and max_version allows no newer one; add one, such as "
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
}

TlsVersion WebConfigReader::version(const Entry& entry, TlsVersion otherwise) {
  const auto word = text(entry);
  if (word == "TLS12") return TlsVersion::Tls12;
  if (word == "TLS13") return TlsVersion::Tls13;
  if (word == "TLS10" || word == "TLS11")
    add(*entry.value, word + " is broken, and not spoken; write TLS12 or TLS13, or leave the key out");
  else
    add(*entry.value, in_single_quotes(word) + " is no version of TLS; write TLS12 or TLS13");
  return otherwise;
}

ClientAuth WebConfigReader::client_auth(const Entry& entry) {
  const auto word = text(entry);
  if (word.empty()) return ClientAuth::None;
  const auto* const found = std::ranges::find(kClientAuths, word, &std::pair<std::string_view, ClientAuth>::first);
  if (found != kClientAuths.end()) return found->second;
  Nearest nearest(word);
  for (const auto& [name, auth] : kClientAuths) nearest.offer(name);
  add(*entry.value, in_single_quotes(word) + " is no client_auth_type" + nearest.question() +
                        "; the one that keeps strangers out is RequireAndVerifyClientCert");
  return ClientAuth::None;
}

template <class Known, class Name>
std::vector<std::string> WebConfigReader::known_texts(const Entry& entry, const Known& known, Name name,
                                                      const std::string& what) {
  std::vector<std::string> result;
  for (const auto* const item : texts(entry)) {
    if (std::ranges::find(known, item->scalar, name) != known.end()) {
      result.push_back(item->scalar);
      continue;
    }
    Nearest nearest(item->scalar);
    std::string names;
    for (const auto& one : known) {
      nearest.offer(std::invoke(name, one));
      names.append(names.empty() ? "" : ", ").append(std::invoke(name, one));
    }
    auto mistake = in_single_quotes(item->scalar);
    mistake.append(" is no ").append(what).append(" of this endpoint").append(nearest.question());
    add(*item, mistake.append("; those that it has are ").append(names));
  }
  return result;
}

}  // namespace vitals::detail
