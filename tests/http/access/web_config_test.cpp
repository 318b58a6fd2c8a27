#include "http/access/web_config.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/access/certificates.hpp"
#include "http/access/test_folder.hpp"
#include "http/access/tls_context.hpp"

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using detail::ClientAuth;
using detail::read_web_config;
using detail::TlsContext;
using detail::TlsVersion;
using detail::WebConfig;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

constexpr const char* kPair = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";
constexpr const char* kHash = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

WebConfig read(const std::string& yaml) {
  const TestFolder folder;
  return read_web_config(folder.write("web.yml", yaml));
}

// Without the path, of each line.
std::string refusal(const std::string& yaml) {
  const TestFolder folder;
  const auto path = folder.write("web.yml", yaml);
  auto message = refusal_of([&] { static_cast<void>(read_web_config(path)); });
  for (auto at = message.find(path); at != message.npos; at = message.find(path))
    message.replace(at, path.size(), "web.yml");
  return message;
}

TEST(WebConfig, IsNothingWhereTheFileIsEmpty) {
  for (const auto* const yaml :
       {"", "# nothing\n", "---\n", "{}\n", "tls_server_config:\nbasic_auth_users:\nhttp_server_config:\n",
        "tls_server_config: {}\nrate_limit:\n"}) {
    const auto config = read(yaml);
    EXPECT_FALSE(config.tls) << yaml;
    EXPECT_TRUE(config.users.empty() && config.headers.empty() && !config.rate_limit) << yaml;
  }
}

TEST(WebConfig, HasEachKey) {
  const TestFolder folder;
  const auto config = read_web_config(folder.write("web.yml", R"(
tls_server_config:
  cert_file: tls/server.pem
  key_file: /etc/server.key
  client_ca_file: ./ca.pem
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [scraper.example, 10.0.0.7]
  min_version: TLS13
  max_version: TLS13
  cipher_suites:
    - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=31536000; includeSubDomains
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1
    Content-Security-Policy: "default-src 'self'"
basic_auth_users:
  bob: )" + std::string{kHash} + R"(
  "e v e": )" + kHash + R"(
rate_limit:
  interval: 1m1.5s
  burst: 20
)"));

  ASSERT_TRUE(config.tls);
  EXPECT_EQ(config.tls->certificate.path, folder.path("tls/server.pem"));
  EXPECT_EQ(config.tls->key.path, "/etc/server.key");
  EXPECT_EQ(config.tls->client_ca.path, folder.path("./ca.pem"));
  EXPECT_EQ(config.tls->client_auth, ClientAuth::RequireAndVerify);
  EXPECT_THAT(config.tls->allowed_names, ElementsAre("scraper.example", "10.0.0.7"));
  EXPECT_EQ(config.tls->min_version, TlsVersion::Tls13);
  EXPECT_EQ(config.tls->max_version, TlsVersion::Tls13);
  EXPECT_THAT(config.tls->cipher_suites, ElementsAre("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
  EXPECT_FALSE(config.tls->prefer_server_cipher_suites);
  EXPECT_THAT(config.tls->curves, ElementsAre("X25519", "CurveP256"));
  EXPECT_THAT(config.headers, ElementsAre(Pair("X-Frame-Options", "deny"),
                                          Pair("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
                                          Pair("X-Content-Type-Options", "nosniff"), Pair("X-XSS-Protection", "1"),
                                          Pair("Content-Security-Policy", "default-src 'self'")));
  EXPECT_EQ(config.users, (detail::Users{{"bob", kHash}, {"e v e", kHash}}));
  EXPECT_EQ(config.rate_limit, (detail::RequestRate{61500ms, 20}));
}

TEST(WebConfig, HasPrometheusDefaults) {
  const auto config = read(kPair);

  ASSERT_TRUE(config.tls);
  EXPECT_EQ(config.tls->client_auth, ClientAuth::None);
  EXPECT_EQ(config.tls->min_version, TlsVersion::Tls12);
  EXPECT_EQ(config.tls->max_version, TlsVersion::Tls13);
  EXPECT_TRUE(config.tls->prefer_server_cipher_suites);
}

TEST(WebConfig, ReadsDurationsOfGo) {
  const auto interval = [](const std::string& text) {
    const auto limit = read("rate_limit: {burst: 1, interval: " + text + "}").rate_limit;
    return limit ? limit->interval : 0ns;
  };
  EXPECT_EQ(interval("1s"), 1s);
  EXPECT_EQ(interval("500ms"), 500ms);
  EXPECT_EQ(interval("1.5s"), 1500ms);
  EXPECT_EQ(interval("2m"), 2min);
  EXPECT_EQ(interval("30m30s"), 30min + 30s);
  EXPECT_EQ(interval("1h"), 1h);
  EXPECT_EQ(interval("250us"), 250us);
  EXPECT_EQ(interval("250µs"), 250us);
  EXPECT_EQ(interval("100ns"), 100ns);
  EXPECT_EQ(interval("0"), 0ns);
  EXPECT_EQ(interval("0s"), 0ns);
}

TEST(WebConfig, TellsEachMistakeAtItsPlaceInTheOrderOfTheFile) {
  EXPECT_EQ(
      refusal("tls_server_config:\n"
              "  certfile: server.pem\n"
              "  client_auth_type: RequireAndVerifyClientCerts\n"
              "  key_file: server.key\n"
              "basic_auth_users:\n"
              "  bob: secret\n"
              "http_server_configs: {}\n"),
      "web.yml:1:1: tls_server_config needs a certificate; add cert_file\n"
      "web.yml:2:3: unknown key 'certfile'; did you mean 'cert_file'?; the keys of tls_server_config are cert, key, "
      "client_ca, cert_file, key_file, client_ca_file, client_auth_type, client_allowed_sans, min_version, "
      "max_version, "
      "cipher_suites, prefer_server_cipher_suites, curve_preferences\n"
      "web.yml:3:21: 'RequireAndVerifyClientCerts' is no client_auth_type; did you mean 'RequireAndVerifyClientCert'?; "
      "the one that keeps strangers out is RequireAndVerifyClientCert\n"
      "web.yml:6:8: user 'bob': this is no hash of bcrypt, which begins with $2y$; make one of bcrypt with: htpasswd "
      "-nB NAME\n"
      "web.yml:7:1: unknown key 'http_server_configs'; did you mean 'http_server_config'?; the keys of the file are "
      "tls_server_config, http_server_config, basic_auth_users, rate_limit");
}

TEST(WebConfig, RefusesWhatCantBeHonoured) {
  const auto tls = [](const std::string& line) { return refusal(kPair + line); };
  EXPECT_THAT(tls("  min_version: TLS10\n"), StartsWith("web.yml:4:16: TLS10 is broken, and not spoken; write TLS12"));
  EXPECT_THAT(tls("  min_version: SSL3\n"), HasSubstr("'SSL3' is no version of TLS; write TLS12 or TLS13"));
  EXPECT_THAT(tls("  min_version: TLS13\n  max_version: TLS12\n"),
              HasSubstr("web.yml:4:3: min_version is above max_version"));
  EXPECT_THAT(tls("  cipher_suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]\n"),
              HasSubstr("web.yml:4:19: 'TLS_RSA_WITH_AES_128_GCM_SHA256' is no cipher suite of this endpoint"));
  EXPECT_THAT(tls("  cipher_suites: [TLS_AES_128_GCM_SHA256]\n  max_version: TLS12\n"),
              HasSubstr("none of these is one of TLS 1.2"));
  EXPECT_THAT(tls("  curve_preferences: [CurveP257]\n"), HasSubstr("did you mean 'CurveP25"));
  EXPECT_THAT(tls("  client_ca_file: ca.pem\n"),
              HasSubstr("web.yml:4:3: nobody is asked for a certificate of this CA"));
  EXPECT_THAT(tls("  client_auth_type: RequireAndVerifyClientCert\n"), HasSubstr("web.yml:4:3: without a CA"));
  EXPECT_THAT(tls("  client_allowed_sans: [a]\n"), HasSubstr("web.yml:4:3: names mean nothing unless"));
  EXPECT_THAT(tls("  client_allowed_sans: []\n"), HasSubstr("an empty list would let nobody in"));
  EXPECT_THAT(tls("  cert: x\n"), HasSubstr("web.yml:4:3: it is given in a file and here as well"));
  EXPECT_THAT(tls("  prefer_server_cipher_suites: 1\n"), HasSubstr("'1' is neither true nor false"));
  EXPECT_THAT(tls("  cert_file: again.pem\n"), HasSubstr("web.yml:4:3: key 'cert_file' comes twice; remove one"));
  EXPECT_THAT(refusal("tls_server_config: {min_version: TLS13}"), HasSubstr("needs a certificate"));
  EXPECT_THAT(refusal("tls_server_config: [a]"), HasSubstr("tls_server_config must be a map"));
  EXPECT_THAT(refusal("- a\n"), StartsWith("web.yml:1:1: the file must be a map"));
  EXPECT_THAT(refusal("a: [\n"), StartsWith("web.yml:2:1: "));
  EXPECT_THAT(refusal("rate_limit: {interval: 1s}"), HasSubstr("a burst of 0 would refuse every request"));
  for (const auto* const text : {"1", "-1s", "1d", "s", "2h", "1s1", "1e9s", "nan", "inf"})
    EXPECT_THAT(refusal("rate_limit: {burst: 1, interval: " + std::string{text} + "}"),
                HasSubstr("is no time from 0 to 1h"))
        << text;
  for (const auto* const text : {"-1", "1.5", "1000001", "x"})
    EXPECT_THAT(refusal("rate_limit: {interval: 1s, burst: " + std::string{text} + "}"),
                HasSubstr("is no number of requests"))
        << text;
  const auto header = [](const std::string& line) { return refusal("http_server_config: {headers: {" + line + "}}"); };
  EXPECT_THAT(header("Content-Type: a"), HasSubstr("unknown key 'Content-Type'"));
  EXPECT_THAT(header("x-frame-options: deny"), HasSubstr("did you mean 'X-Frame-Options'?"));
  EXPECT_THAT(header("X-Frame-Options: allow"),
              HasSubstr("'allow' is no value of X-Frame-Options; it takes deny, sameorigin"));
  EXPECT_THAT(header("X-XSS-Protection: \"1\\r\\nSet-Cookie: a\""), HasSubstr("one line without control characters"));
  EXPECT_THAT(refusal(std::string{"basic_auth_users: {\"a:b\": "} + kHash + "}"),
              HasSubstr("web.yml:1:20: a login sends the name"));
  EXPECT_THAT(refusal_of([] { static_cast<void>(read_web_config("/nowhere/web.yml")); }),
              HasSubstr("/nowhere/web.yml: can't be read: No such file or directory; give the path of a web.yml"));
}

TEST(WebConfig, ShowsAHundredMistakesAndHowManyMoreThereAre) {
  std::string yaml;
  for (int i = 0; i < 1000; ++i) yaml += "wrong" + std::to_string(i) + ": 1\n";
  const auto message = refusal(yaml);

  EXPECT_EQ(std::ranges::count(message, '\n'), 100);
  EXPECT_THAT(message, ::testing::EndsWith("\nand 900 more"));
}

// What is asked of both of us: promtool of Debian's Prometheus, and read_web_config() with the TLS that it describes.
struct Agreed {
  const char* name;
  std::string yaml;
  bool ours;
  bool theirs;
};

// What Prometheus takes and we refuse says why.
std::vector<Agreed> agreed() {
  const std::string pair = kPair;
  const std::string users = "basic_auth_users:\n  bob: ";
  const std::string headers = "http_server_config:\n  headers:\n    ";
  const std::string verified = pair + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n";
  const std::string hash = kHash;
  return {
      {"empty", "", true, true},
      {"pair", pair, true, true},
      {"verified", verified, true, true},
      {"any client", pair + "  client_auth_type: RequireAnyClientCert\n", true, true},
      {"any client, old name", pair + "  client_auth_type: RequireClientCert\n", true, true},
      {"asked", pair + "  client_auth_type: RequestClientCert\n", true, true},
      {"nobody asked", pair + "  client_auth_type: NoClientCert\n", true, true},
      {"if given, by the system's CAs", pair + "  client_auth_type: VerifyClientCertIfGiven\n", true, true},
      {"if given", pair + "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.pem\n", true, true},
      {"versions", pair + "  min_version: TLS12\n  max_version: TLS12\n", true, true},
      {"ciphers", pair + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256]\n", true,
       true},
      {"curves", pair + "  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]\n", true, true},
      {"server's preference", pair + "  prefer_server_cipher_suites: yes\n", true, true},
      {"http2", pair + "http_server_config:\n  http2: true\n", true, true},
      {"headers", headers + "X-Frame-Options: sameorigin\n    X-XSS-Protection: 1\n", true, true},
      {"users", users + hash + "\n", true, true},
      {"users and TLS", pair + users + hash + "\n", true, true},
      {"lowest cost", users + "$2b$04$" + hash.substr(7) + "\n", true, true},
      {"highest cost of ours", users + "$2a$14$" + hash.substr(7) + "\n", true, true},

      {"junk", "hWkNKCp3fvIx3jKnsaBI\nTuEjdwNS8A2vYdFbiKqr\n", false, false},
      {"unknown key", "tls_config: {}\n", false, false},
      {"unknown key of TLS", "tls_server_config:\n  cert_filse: server.pem\n", false, false},
      {"key twice", pair + "  key_file: server.key\n", false, false},
      {"no key", "tls_server_config:\n  cert_file: server.pem\n", false, false},
      {"no certificate", "tls_server_config:\n  key_file: server.key\n", false, false},
      {"empty certificate", "tls_server_config:\n  cert_file: \"\"\n  key_file: server.key\n", false, false},
      {"missing file", "tls_server_config:\n  cert_file: none.pem\n  key_file: server.key\n", false, false},
      {"other's key", "tls_server_config:\n  cert_file: server.pem\n  key_file: ca.key\n", false, false},
      {"files the wrong way", "tls_server_config:\n  cert_file: server.key\n  key_file: server.pem\n", false, false},
      {"garbage", "tls_server_config:\n  cert_file: web.yml\n  key_file: server.key\n", false, false},
      {"CA without policy", pair + "  client_ca_file: ca.pem\n", false, false},
      {"missing CA", pair + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: none.pem\n", false,
       false},
      {"unknown policy", pair + "  client_auth_type: Require\n", false, false},
      {"unknown version", pair + "  min_version: TLS111\n", false, false},
      {"unknown cipher", pair + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048]\n", false, false},
      {"unknown curve", pair + "  curve_preferences: [CurveP257]\n", false, false},
      {"list for a text", "tls_server_config:\n  cert_file: [a]\n  key_file: server.key\n", false, false},
      {"text for a boolean", "http_server_config:\n  http2: maybe\n", false, false},
      {"other header", headers + "Content-Type: foo\n", false, false},
      {"other value", headers + "X-Frame-Options: foo\n", false, false},
      {"other value of nosniff", headers + "X-Content-Type-Options: sniff\n", false, false},
      {"plain password", users + "secret\n", false, false},
      {"hash of MD5", users + "$apr1$CTRRpFxZ$iGW5TGCNAnIWJVYJ9hQ5K1\n", false, false},
      {"cost that is none", users + "$2y$03$" + hash.substr(7) + "\n", false, false},
      {"list of users", "basic_auth_users: [bob]\n", false, false},

      // It would leave the endpoint open, or what was asked for undone.
      {"verified by the system's CAs", pair + "  client_auth_type: RequireAndVerifyClientCert\n", false, true},
      {"empty CA", pair + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: /dev/null\n", false, true},
      {"no version is left", pair + "  min_version: TLS13\n  max_version: TLS12\n", false, true},
      {"old TLS", pair + "  min_version: TLS10\n", false, true},
      {"TLS without a pair", "tls_server_config:\n  min_version: TLS13\n", false, true},
      {"expired", "tls_server_config:\n  cert_file: old.pem\n  key_file: old.key\n", false, true},
      {"both file and text", pair + "  cert: x\n", false, true},
      // A login would take seconds.
      {"high cost", users + "$2y$15$" + hash.substr(7) + "\n", false, true},
      // Salts are letters to it, which it finds wrong at the first login.
      {"damaged hash", users + "$2y$10$" + hash.substr(7, 52) + "!\n", false, true}};
}

class WebConfigAgreement : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TestFolder;
    const Certificates certificates(*folder);
    certificates.authority("ca");
    certificates.issue("server", "ca");
    certificates.issue_for("old", "ca", "20200101000000Z", "20210101000000Z");
  }
  static void TearDownTestSuite() {
    delete folder;
    folder = nullptr;
  }

  // What is wrong with the file to us; empty: nothing.
  static std::string our_fault(const std::string& yaml) {
    const auto path = folder->write("web.yml", yaml);
    const auto fault = refusal_of([&] {
      if (const auto config = read_web_config(path); config.tls) const TlsContext context(*config.tls);
    });
    return fault == "nothing thrown" ? "" : fault;
  }

  static TestFolder::Result promtool() { return folder->run("promtool check web-config web.yml"); }

  // That of Debian 12 doesn't know certificates in the file, nor the names of clients.
  static bool is_too_old(const std::string& output) {
    return output.find("field cert not found") != output.npos || output.find("_sans not found") != output.npos;
  }

  static inline TestFolder* folder = nullptr;
};

TEST_F(WebConfigAgreement, WeReadWhatIsListed) {
  for (const auto& [name, yaml, ours, theirs] : agreed())
    EXPECT_EQ(our_fault(yaml).empty(), ours) << name << ": " << our_fault(yaml);
}

TEST_F(WebConfigAgreement, PrometheusReadsWhatIsListed) {
  if (folder->run("command -v promtool").status != 0) GTEST_SKIP() << "promtool is not installed";
  for (const auto& [name, yaml, ours, theirs] : agreed()) {
    folder->write("web.yml", yaml);
    const auto [status, output] = promtool();
    if (theirs && is_too_old(output)) continue;
    EXPECT_EQ(status == 0, theirs) << name << ": " << output;
  }
}

// Certificates in the file, made of the same ones.
TEST_F(WebConfigAgreement, BothReadCertificatesInTheFile) {
  const auto indented = [](const std::string& text) {
    std::string result = "|\n    ";
    for (const char c : text) result += c == '\n' ? "\n    " : std::string{c};
    return result + "\n";
  };
  const auto yaml = "tls_server_config:\n  cert: " + indented(folder->text("server.pem")) +
                    "  key: " + indented(folder->text("server.key")) +
                    "  client_ca: " + indented(folder->text("ca.pem")) +
                    "  client_auth_type: RequireAndVerifyClientCert\n";
  EXPECT_EQ(our_fault(yaml), "");
  if (folder->run("command -v promtool").status != 0) GTEST_SKIP() << "promtool is not installed";
  const auto [status, output] = promtool();
  EXPECT_TRUE(status == 0 || is_too_old(output)) << output;
}

TEST_F(WebConfigAgreement, AFileThatItNamesIsNamedWithThePlace) {
  const auto place = folder->path("web.yml") + ":2:14: ";

  EXPECT_THAT(our_fault("tls_server_config:\n  cert_file: none.pem\n  key_file: server.key\n"),
              StartsWith(place + folder->path("none.pem") + ": can't be read: No such file"));
  EXPECT_THAT(our_fault("tls_server_config:\n  cert_file: old.pem\n  key_file: old.key\n"),
              StartsWith(place + folder->path("old.pem") + ":1: the certificate ended at"));
}

TEST_F(WebConfigAgreement, AKeyInTheFileIsNamedByItsPlace) {
  EXPECT_EQ(our_fault("tls_server_config:\n  cert_file: server.pem\n  key: x\n"),
            folder->path("web.yml") +
                ":3:8: has no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----; give "
                "a file that has one");
}

}  // namespace
}  // namespace vitals::testing
