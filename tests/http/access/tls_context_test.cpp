#include "http/access/tls_context.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/access/certificates.hpp"
#include "http/access/handshake.hpp"
#include "http/access/test_folder.hpp"

namespace vitals::testing {
namespace {

using detail::ClientAuth;
using detail::TlsContext;
using detail::TlsSettings;
using detail::TlsVersion;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A folder with a CA, a server's certificate, one of a client with several names, and a stranger's of another CA.
class TlsContextTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TestFolder;
    if (folder->run("openssl version").status != 0) return;
    made = true;
    const Certificates certificates(*folder);
    certificates.authority("ca");
    certificates.authority("other-ca");
    certificates.issue("server", "ca");
    certificates.issue("client", "ca",
                       "DNS:scraper.example,IP:10.0.0.7,IP:fd00::7,email:ops@example.com,URI:spiffe://x/y");
    certificates.issue("nameless", "ca", "");
    certificates.issue("stranger", "other-ca", "DNS:scraper.example");
  }
  static void TearDownTestSuite() {
    delete folder;
    folder = nullptr;
  }

  void SetUp() override {
    if (!made) GTEST_SKIP() << "openssl is not installed";
    ERR_clear_error();
  }
  void TearDown() override { EXPECT_EQ(ERR_peek_error(), 0U) << "an error was left in OpenSSL's queue"; }

  static std::string path(const std::string& name) { return folder->path(name); }
  static TlsSettings settings(const std::string& name = "server") {
    TlsSettings settings;
    settings.certificate.path = path(name + ".pem");
    settings.key.path = path(name + ".key");
    return settings;
  }
  static TlsSettings mutual(std::vector<std::string> names = {}) {
    auto result = settings();
    result.client_ca.path = path("ca.pem");
    result.client_auth = ClientAuth::RequireAndVerify;
    result.allowed_names = std::move(names);
    return result;
  }
  static TestClient client(const std::string& name) {
    return {.certificate = path(name + ".pem"), .key = path(name + ".key")};
  }
  static Handshake shake(const TlsSettings& settings, const TestClient& client = {}) {
    const TlsContext context(settings);
    return shake_hands(context.current(), client);
  }
  static std::string refusal(const TlsSettings& settings) {
    return refusal_of([&] { const TlsContext context(settings); });
  }

  static inline TestFolder* folder = nullptr;
  static inline bool made = false;
};

TEST_F(TlsContextTest, ServesTls12AndTls13) {
  const auto newest = shake(settings(), {.ca = path("ca.pem"), .protocols = {"h2", "http/1.1"}});
  const auto older = shake(settings(), {.ca = path("ca.pem"), .max_version = TLS1_2_VERSION});

  EXPECT_TRUE(newest.is_served) << newest.error;
  EXPECT_EQ(newest.version, "TLSv1.3");
  EXPECT_EQ(newest.protocol, "http/1.1");
  EXPECT_EQ(newest.server_name, "server");
  EXPECT_FALSE(newest.has_compression);
  EXPECT_TRUE(older.is_served) << older.error;
  EXPECT_EQ(older.version, "TLSv1.2");
  EXPECT_THAT(older.cipher, StartsWith("ECDHE-"));
  EXPECT_EQ(older.protocol, "");
}

TEST_F(TlsContextTest, RefusesOldVersionsAndClientsOfOtherProtocols) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    const auto old = shake(settings(), {.min_version = version, .max_version = version});
    EXPECT_FALSE(old.is_accepted);
    EXPECT_FALSE(old.is_served);
  }
  const auto http2 = shake(settings(), {.protocols = {"h2"}});
  EXPECT_FALSE(http2.is_served);
  EXPECT_THAT(http2.error, HasSubstr("no application protocol"));
}

TEST_F(TlsContextTest, DoesNotRenegotiate) {
  const auto done = shake(settings(), {.max_version = TLS1_2_VERSION, .renegotiates = true});

  EXPECT_TRUE(done.is_served);
  EXPECT_FALSE(done.has_renegotiated);
  EXPECT_THAT(done.error, HasSubstr("no renegotiation"));
}

TEST_F(TlsContextTest, ResumesNoSession) {
  const TlsContext context(mutual());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto one = client("client");
    one.min_version = one.max_version = version;
    const auto first = shake_hands(context.current(), one);
    one.session = first.session.get();
    const auto second = shake_hands(context.current(), one);

    EXPECT_TRUE(second.is_served) << second.error;
    EXPECT_FALSE(second.is_resumed);
    EXPECT_EQ(SSL_SESSION_has_ticket(first.session.get()), 0);
  }
}

TEST_F(TlsContextTest, HasTheVersionsThatAreSet) {
  auto only12 = settings();
  only12.max_version = TlsVersion::Tls12;
  auto only13 = settings();
  only13.min_version = TlsVersion::Tls13;

  EXPECT_EQ(shake(only12).version, "TLSv1.2");
  EXPECT_EQ(shake(only13).version, "TLSv1.3");
  EXPECT_FALSE(shake(only12, {.min_version = TLS1_3_VERSION}).is_served);
  EXPECT_FALSE(shake(only13, {.max_version = TLS1_2_VERSION}).is_served);
}

TEST_F(TlsContextTest, HasTheCiphersAndCurvesThatAreSet) {
  auto chosen = settings();
  chosen.max_version = TlsVersion::Tls12;
  chosen.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
  chosen.curves = {"CurveP384", "X25519"};
  const TestClient other_way{.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305",
                             .curves = "P-256:P-384"};

  EXPECT_EQ(shake(chosen, other_way).cipher, "ECDHE-ECDSA-CHACHA20-POLY1305");
  EXPECT_EQ(shake(chosen, other_way).curve, "secp384r1");
  EXPECT_FALSE(shake(chosen, {.curves = "P-521"}).is_served);
  EXPECT_FALSE(shake(chosen, {.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"}).is_served);
  chosen.prefer_server_cipher_suites = false;
  EXPECT_EQ(shake(chosen, other_way).cipher, "ECDHE-ECDSA-AES256-GCM-SHA384");
}

// A handshake by the largest finite field takes the server 100 ms.
TEST_F(TlsContextTest, HasEllipticCurvesAlone) {
  for (const auto* curve : {"X25519", "P-256", "P-384", "P-521"})
    EXPECT_TRUE(shake(settings(), {.curves = curve}).is_served) << curve;
  for (const auto* field : {"ffdhe2048", "ffdhe8192"})
    EXPECT_FALSE(shake(settings(), {.curves = field}).is_served) << field;
  EXPECT_EQ(shake(settings(), {.curves = "ffdhe8192:P-256"}).curve, "prime256v1");
}

TEST_F(TlsContextTest, WhoMakesNewKeysAgainAndAgainIsCutOff) {
  EXPECT_EQ(shake(settings(), {.key_updates = 16}).received, 1);
  EXPECT_EQ(shake(settings(), {.key_updates = 200}).received, 0);
}

TEST_F(TlsContextTest, KnowsEachCipherAndCurveOfItsTables) {
  auto all = settings();
  all.cipher_suites = {"TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                       "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"};
  all.curves = {"CurveP256", "CurveP384", "CurveP521", "X25519"};
  EXPECT_EQ(shake(all, {.max_version = TLS1_2_VERSION}).cipher, "ECDHE-ECDSA-AES256-SHA");

  all.cipher_suites = {"TLS_AES_128_GCM_SHA256"};  // of TLS 1.3, so that none of 1.2 is left
  EXPECT_EQ(shake(all).version, "TLSv1.3");
  EXPECT_FALSE(shake(all, {.max_version = TLS1_2_VERSION}).is_served);
}

TEST_F(TlsContextTest, SendsTheChain) {
  folder->write("chain.pem", folder->text("server.pem") + "some words\n" + folder->text("ca.pem"));
  auto chain = settings();
  chain.certificate.path = path("chain.pem");

  EXPECT_EQ(shake(chain, {.ca = path("ca.pem")}).chain, 2U);
}

TEST_F(TlsContextTest, ReadsAPairFromOneFileAndFromTexts) {
  folder->write("both.pem", folder->text("server.key") + folder->text("server.pem"));
  TlsSettings both;
  both.certificate.path = both.key.path = path("both.pem");
  TlsSettings texts;
  texts.certificate = {.text = folder->text("server.pem"), .where = "web.yml:2:9"};
  texts.key = {.text = folder->text("server.key"), .where = "web.yml:8:9"};

  EXPECT_EQ(shake(both).server_name, "server");
  EXPECT_EQ(shake(texts).server_name, "server");
}

TEST_F(TlsContextTest, ServesClientsOfTheCaAlone) {
  const auto served = [&](const TestClient& client) { return shake(mutual(), client); };

  EXPECT_TRUE(served(client("client")).is_served);
  EXPECT_TRUE(served(client("nameless")).is_served);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto stranger = client("stranger");
    stranger.max_version = version;
    const auto of_stranger = served(stranger);
    EXPECT_FALSE(of_stranger.is_accepted);
    EXPECT_FALSE(of_stranger.is_served);
    EXPECT_THAT(of_stranger.error, HasSubstr("unknown ca"));
    const auto of_nobody = served({.max_version = version});
    EXPECT_FALSE(of_nobody.is_accepted);
    EXPECT_FALSE(of_nobody.is_served);
  }
  EXPECT_THAT(served({}).error, HasSubstr("certificate required"));
}

TEST_F(TlsContextTest, ServesClientsWithAnAllowedNameAlone) {
  const auto is_served = [&](const std::string& name, const std::string& who = "client") {
    return shake(mutual({"nobody.example", name}), client(who)).is_served;
  };

  for (const auto* const name :
       {"scraper.example", "10.0.0.7", "fd00::7", "FD00:0::7", "ops@example.com", "spiffe://x/y"})
    EXPECT_TRUE(is_served(name)) << name;
  for (const auto* const name : {"other.example", "scraper.example.", "Scraper.example", "*.example", "example",
                                 "10.0.0.8", "fd00::8", "example.com", "spiffe://x/", "client"})
    EXPECT_FALSE(is_served(name)) << name;
  EXPECT_FALSE(is_served("nameless", "nameless"));         // the common name doesn't count
  EXPECT_FALSE(is_served("scraper.example", "stranger"));  // the right name, of another CA
}

TEST_F(TlsContextTest, AsksAsClientAuthSays) {
  const auto is_served = [&](ClientAuth auth, const TestClient& client, bool with_ca = true) {
    auto asking = settings();
    if (with_ca) asking.client_ca.path = path("ca.pem");
    asking.client_auth = auth;
    return shake(asking, client).is_served;
  };
  const TestClient nobody;

  EXPECT_TRUE(is_served(ClientAuth::None, nobody, false));
  EXPECT_TRUE(is_served(ClientAuth::Request, nobody));
  EXPECT_TRUE(is_served(ClientAuth::Request, client("stranger")));
  EXPECT_FALSE(is_served(ClientAuth::RequireAny, nobody));
  EXPECT_TRUE(is_served(ClientAuth::RequireAny, client("stranger"), false));
  EXPECT_TRUE(is_served(ClientAuth::VerifyIfGiven, nobody));
  EXPECT_TRUE(is_served(ClientAuth::VerifyIfGiven, client("client")));
  EXPECT_FALSE(is_served(ClientAuth::VerifyIfGiven, client("stranger")));
  EXPECT_TRUE(is_served(ClientAuth::VerifyIfGiven, nobody, false));  // by the system's CAs
  EXPECT_FALSE(is_served(ClientAuth::VerifyIfGiven, client("client"), false));
}

TEST_F(TlsContextTest, BelievesACertificateThatIsItselfGivenAsTheCa) {
  auto pinned = mutual();
  pinned.client_ca.path = path("client.pem");

  EXPECT_TRUE(shake(pinned, client("client")).is_served);
  EXPECT_FALSE(shake(pinned, client("nameless")).is_served);
}

TEST_F(TlsContextTest, RefusesFilesWithTheReasonAndTheFix) {
  auto bad = settings();
  bad.certificate.path = path("none.pem");
  EXPECT_EQ(refusal(bad), path("none.pem") +
                              ": can't be read: No such file or directory; give the path of a certificate "
                              "in PEM");
  bad = settings();
  bad.key.path = path("client.key");
  EXPECT_EQ(refusal(bad), path("client.key") + ": is not the key of the certificate in " + path("server.pem") +
                              ":1; give the two that were made together");
  bad = settings();
  std::swap(bad.certificate, bad.key);
  EXPECT_EQ(refusal(bad), path("server.key") +
                              ": has no certificate in PEM, but a PRIVATE KEY; are two files taken for "
                              "each other?");
  bad = settings();
  bad.certificate.path = folder->write("empty.pem", "\n");
  EXPECT_EQ(refusal(bad), path("empty.pem") + ": is empty; write the certificate into it");
  bad.certificate.path = folder->write("words.pem", "hello\n");
  EXPECT_THAT(refusal(bad), HasSubstr("has no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"));
  folder->must_run("openssl x509 -in server.pem -outform DER -out der.pem");
  bad.certificate.path = path("der.pem");
  EXPECT_THAT(refusal(bad), HasSubstr("looks like DER; convert it with: openssl x509 -inform DER"));
  const auto pem = folder->text("server.pem");
  bad.certificate.path = folder->write("cut.pem", "\n\n" + pem.substr(0, pem.size() / 2));
  EXPECT_THAT(refusal(bad), StartsWith(path("cut.pem") + ":3: what begins here has no line -----END CERTIFICATE-----"));
  bad.certificate.path =
      folder->write("damaged.pem", pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  EXPECT_THAT(refusal(bad), HasSubstr(path("damaged.pem") + ":" + std::to_string(std::ranges::count(pem, '\n') + 1) +
                                      ": the certificate that begins here is damaged"));
  folder->write("backward.pem", folder->text("ca.pem") + pem);
  bad.certificate.path = path("backward.pem");
  EXPECT_THAT(refusal(bad), HasSubstr("let the endpoint's own come first"));
  TlsSettings text = settings();
  text.key = {.text = "x", .where = "web.yml:8:9"};
  EXPECT_THAT(refusal(text), StartsWith("web.yml:8:9: has no private key in PEM"));
}

TEST_F(TlsContextTest, RefusesKeysThatNeedAPasswordOrAreOfOtherKinds) {
  folder->must_run(
      "openssl pkey -in server.key -aes128 -passout pass:x -out encrypted.key && "
      "openssl ec -in server.key -aes128 -passout pass:x -out traditional.key");
  auto bad = settings();
  for (const auto* const name : {"encrypted.key", "traditional.key"}) {
    bad.key.path = path(name);
    EXPECT_THAT(refusal(bad),
                HasSubstr(":1: the key needs a password, and there is nobody to ask; write it without one"))
        << name;
  }
  bad.key.path =
      folder->write("ssh.key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
  EXPECT_THAT(refusal(bad), HasSubstr("this is a key of ssh"));
  folder->must_run("openssl req -x509 -newkey rsa:512 -nodes -keyout weak.key -out weak.pem -subj /CN=weak -days 2");
  EXPECT_THAT(refusal(settings("weak")),
              HasSubstr("weak.pem:1: OpenSSL refuses the certificate (ee key too small); make "
                        "one with another key"));
}

TEST_F(TlsContextTest, RefusesCertificatesThatAreNotOfNow) {
  const Certificates certificates(*folder);
  certificates.issue_for("old", "ca", "20200101000000Z", "20210102030405Z");
  certificates.issue_for("young", "ca", "20990101000000Z", "21000101000000Z");

  EXPECT_EQ(refusal(settings("old")),
            path("old.pem") + ":1: the certificate ended at 2021-01-02 03:04:05 UTC; renew it");
  EXPECT_THAT(refusal(settings("young")),
              StartsWith(path("young.pem") + ":1: the certificate begins at 2099-01-01 00:00:00 "
                                             "UTC, and now it is 20"));
}

TEST_F(TlsContextTest, RefusesSettingsThatWouldLetStrangersIn) {
  auto bad = settings();
  bad.client_auth = ClientAuth::RequireAndVerify;
  EXPECT_THAT(refusal(bad), HasSubstr("there is no CA to check it by"));
  bad = settings();
  bad.allowed_names = {"a"};
  EXPECT_THAT(refusal(bad), HasSubstr("there is no CA to check it by"));
  bad.client_ca.path = path("ca.pem");
  bad.client_auth = ClientAuth::VerifyIfGiven;
  EXPECT_THAT(refusal(bad), HasSubstr("require and verify one"));
  bad = mutual();
  bad.client_ca.path = folder->write("no-ca.pem", "");
  EXPECT_EQ(refusal(bad), path("no-ca.pem") + ": is empty; write the CA certificate into it");
}

TEST_F(TlsContextTest, SaysWhenTheFirstCertificateEnds) {
  const Certificates certificates(*folder);
  certificates.issue_for("long", "ca", "20200101000000Z", "20990102030405Z");
  using namespace std::chrono;
  const sys_days day = year{2099} / January / 2;

  EXPECT_EQ(TlsContext(settings("long")).expires_at(), day + 3h + 4min + 5s);
  const auto left = TlsContext(settings()).expires_at() - system_clock::now();
  EXPECT_LT(left, days{30});
  EXPECT_GT(left, days{29});
}

// What the program has in OpenSSL's queue stays, and what vitals meets doesn't come to it.
TEST_F(TlsContextTest, LeavesTheProgramsErrorsOfOpenSslAlone) {
  ERR_raise(ERR_LIB_USER, 7);
  auto bad = settings();
  bad.certificate.path = folder->write("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

  EXPECT_THAT(refusal(bad), HasSubstr("is damaged"));
  EXPECT_TRUE(TlsContext(settings()).current());
  EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), 7);
}

}  // namespace
}  // namespace vitals::testing
