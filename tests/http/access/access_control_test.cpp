#include "http/access/access_control.hpp"

#include <array>
#include <ctime>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/access/certificates.hpp"
#include "http/access/handshake.hpp"
#include "http/access/test_folder.hpp"

namespace vitals::testing {
namespace {

using detail::AccessControl;
using detail::AccessOptions;
using Verdict = detail::Authenticator::Verdict;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Pair;
using ::testing::StartsWith;

// Of "U*U"; bob's header with it.
constexpr const char* kHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
constexpr const char* kBob = "Basic Ym9iOlUqVQ==";
constexpr const char* kUsers = "basic_auth_users:\n  bob: ";

std::string refusal(const AccessOptions& options) {
  return refusal_of([&] { const AccessControl access(options); });
}

using Kind = AccessControl::Message::Kind;

std::vector<std::string> texts(const std::vector<AccessControl::Message>& messages, Kind kind) {
  std::vector<std::string> result;
  for (const auto& message : messages) {
    EXPECT_EQ(message.kind, kind) << message.text;
    result.push_back(message.text);
  }
  return result;
}

// The second time after a change: at the first one who writes may not have finished.
std::vector<AccessControl::Message> polled_twice(AccessControl& access) {
  EXPECT_THAT(access.poll(), IsEmpty());
  return access.poll();
}

TEST(AccessControl, IsOpenWithoutOptions) {
  AccessControl access({});

  EXPECT_TRUE(access.admits(detail::PeerAddress{}));
  EXPECT_EQ(access.tls(), nullptr);
  EXPECT_EQ(access.certificate_expires_at(), std::nullopt);
  EXPECT_FALSE(access.authenticator().is_required());
  EXPECT_TRUE(access.rate_limiter().admit(std::chrono::steady_clock::now()));
  EXPECT_TRUE(access.headers()->empty());
  EXPECT_TRUE(access.poll().empty());
}

TEST(AccessControl, AdmitsTheAllowedNetworks) {
  const AccessControl access({.allowed_networks = {"192.0.2.0/24"}});

  EXPECT_TRUE(access.admits({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 9}));
  EXPECT_FALSE(access.admits({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 3, 9}));
}

TEST(AccessControl, RefusesOptionsThatContradictEachOther) {
  const TestFolder folder;
  const auto config = folder.write("web.yml", std::string{kUsers} + kHash + "\n");
  const auto users = folder.write("users", std::string{"bob:"} + kHash + "\n");

  EXPECT_EQ(refusal({.tls_certificate = "a"}),
            "vitals::EndpointOptions: tls has no key; TLS needs both tls.certificate and tls.key");
  EXPECT_THAT(refusal({.tls_client_ca = "a"}), HasSubstr("tls has no certificate"));
  EXPECT_THAT(refusal({.tls_certificate = "a", .tls_key = "b", .tls_allowed_names = {"c"}}),
              HasSubstr("tls.allowed_names without tls.client_ca"));
  EXPECT_THAT(refusal({.tls_certificate = "a", .tls_key = "b", .web_config_file = config}),
              HasSubstr("tls and web_config_file are both given"));
  EXPECT_THAT(refusal({.users_file = users, .web_config_file = config}),
              HasSubstr("has basic_auth_users, and there is a users_file as well; keep one of them"));
  EXPECT_THAT(refusal({.allowed_networks = {"localhost"}}), HasSubstr("names are not looked up"));
}

TEST(AccessControl, NamesTheOptionsBeforeWhatIsWrongWithTheirFiles) {
  const TestFolder folder;
  const auto owner = [&](const std::string& file) { return "vitals::EndpointOptions: " + folder.path(file); };
  const auto none = folder.path("none");

  EXPECT_THAT(refusal({.users_file = none}), StartsWith(owner("none") + ": can't be read"));
  EXPECT_THAT(refusal({.bearer_token_file = none}), StartsWith(owner("none") + ": can't be read"));
  EXPECT_THAT(refusal({.web_config_file = none}), StartsWith(owner("none") + ": can't be read"));
  EXPECT_THAT(refusal({.tls_certificate = none, .tls_key = none}), StartsWith(owner("none") + ": can't be read"));
  EXPECT_EQ(refusal({.bearer_token_file = folder.write("token", "")}),
            owner("token") + ":1: there is no token; make one with: openssl rand -hex 32");
  EXPECT_THAT(refusal({.web_config_file = folder.write("web.yml", "a: 1\nb: 2\n")}),
              MatchesRegex("vitals::EndpointOptions:\n[^\n]*web.yml:1:1: unknown key 'a'[^\n]*\n"
                           "[^\n]*web.yml:2:1: unknown key 'b'[^\n]*"));
}

TEST(AccessControl, FollowsTheUsersFileAndTheToken) {
  const TestFolder folder;
  const auto users = folder.write("users", std::string{"bob:"} + kHash + "\n");
  const auto token = folder.write("token", "abc\n");
  AccessControl access({.users_file = users, .bearer_token_file = token});
  auto& authenticator = access.authenticator();
  EXPECT_TRUE(authenticator.verify(kBob));
  EXPECT_EQ(authenticator.judge("Bearer abc"), Verdict::Granted);
  EXPECT_THAT(access.poll(), IsEmpty());
  EXPECT_EQ(authenticator.judge(kBob), Verdict::Granted);

  folder.write("token", "abcd\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::Taken), ElementsAre("who may ask was read anew"));
  EXPECT_EQ(authenticator.judge("Bearer abc"), Verdict::Denied);
  EXPECT_EQ(authenticator.judge("Bearer abcd"), Verdict::Granted);

  folder.write("users", std::string{"eve:"} + kHash + "\n");
  EXPECT_THAT(polled_twice(access), ::testing::SizeIs(1));
  EXPECT_FALSE(authenticator.verify(kBob));
}

// An editor may truncate a file, write a part of it and then the rest; each part would be a token of its own.
TEST(AccessControl, TakesNothingOfAFileThatIsBeingWritten) {
  const TestFolder folder;
  const auto token = folder.write("token", "secret-1\n");
  AccessControl access({.bearer_token_file = token});

  for (const auto* part : {"", "s", "sec", "secret"}) {
    folder.write("token", part);
    EXPECT_THAT(access.poll(), IsEmpty()) << part;
    EXPECT_EQ(access.authenticator().judge(std::string{"Bearer "} + part), Verdict::Denied) << part;
  }
  EXPECT_EQ(access.authenticator().judge("Bearer secret-1"), Verdict::Granted);
  EXPECT_TRUE(access.is_up_to_date());

  folder.write("token", "secret-22\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::Taken), ElementsAre("who may ask was read anew"));
  EXPECT_EQ(access.authenticator().judge("Bearer secret-22"), Verdict::Granted);
}

TEST(AccessControl, TellsOnceThatAWebYmlProtectsNothing) {
  const TestFolder folder;
  const auto users = folder.write("users", std::string{"bob:"} + kHash + "\n");
  for (const auto* const text : {"", "# nothing\n", "http_server_config: {http2: false}\n"}) {
    const auto config = folder.write("web.yml", text);
    AccessControl open({.web_config_file = config});
    EXPECT_THAT(texts(open.poll(), Kind::Unprotected),
                ElementsAre(HasSubstr("web.yml: has neither tls_server_config nor basic_auth_users, so that all")))
        << text;
    EXPECT_THAT(open.poll(), IsEmpty()) << text;
    AccessControl of_users({.users_file = users, .web_config_file = config});
    EXPECT_THAT(of_users.poll(), IsEmpty()) << text;
  }
  AccessControl closed({.web_config_file = folder.write("web.yml", std::string{kUsers} + kHash + "\n")});
  EXPECT_THAT(closed.poll(), IsEmpty());
}

TEST(AccessControl, KeepsWhatAWebYmlSaidThatSaysNothingAnyMore) {
  const TestFolder folder;
  const auto config = folder.write("web.yml", "rate_limit: {interval: 1h, burst: 1}\n");
  AccessControl access({.web_config_file = config});
  const auto now = std::chrono::steady_clock::now();
  EXPECT_TRUE(access.rate_limiter().admit(now));
  EXPECT_THAT(access.poll(), ::testing::SizeIs(1)) << "that it protects nothing";

  folder.write("web.yml", "# rate_limit: {interval: 1h, burst: 1}\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::KeptOut),
              ElementsAre(HasSubstr("web.yml: says nothing any more; write it")));
  EXPECT_FALSE(access.rate_limiter().admit(now));
}

TEST(AccessControl, KeepsWhatWasBeforeWhileAFileIsBad) {
  const TestFolder folder;
  const auto users = folder.write("users", std::string{"bob:"} + kHash + "\n");
  AccessControl access({.users_file = users});

  folder.write("users", "bob:secret\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::KeptOut),
              ElementsAre(HasSubstr("users:1: user 'bob': this is no hash of bcrypt")));
  EXPECT_THAT(access.poll(), IsEmpty()) << "told twice";
  EXPECT_TRUE(access.authenticator().verify(kBob));
  folder.must_run("rm users");
  EXPECT_THAT(texts(polled_twice(access), Kind::KeptOut), ElementsAre(HasSubstr("No such file")));
  EXPECT_TRUE(access.authenticator().verify(kBob)) << "everybody would be let in, or nobody";

  folder.write("users", std::string{"eve:"} + kHash + "\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::Taken), ElementsAre("who may ask was read anew"));
  EXPECT_FALSE(access.authenticator().verify(kBob));
}

TEST(AccessControl, TakesWebYmlAndItsChangesWholeOrNot) {
  const TestFolder folder;
  const auto config = folder.write("web.yml", std::string{kUsers} + kHash + R"(
http_server_config: {headers: {X-Frame-Options: deny}}
rate_limit: {interval: 1h, burst: 2}
)");
  AccessControl access({.web_config_file = config});
  EXPECT_TRUE(access.authenticator().verify(kBob));
  EXPECT_THAT(*access.headers(), ElementsAre(Pair("X-Frame-Options", "deny")));
  const auto now = std::chrono::steady_clock::now();
  EXPECT_TRUE(access.rate_limiter().admit(now) && access.rate_limiter().admit(now));
  EXPECT_FALSE(access.rate_limiter().admit(now));

  folder.write("web.yml",
               std::string{"basic_auth_users: {}\nhttp_server_config: {headers: {X-Frame-Options: allow}}\n"});
  EXPECT_THAT(texts(polled_twice(access), Kind::KeptOut), ElementsAre(HasSubstr("web.yml:2:49: 'allow' is no value")));
  EXPECT_TRUE(access.authenticator().is_required());
  EXPECT_THAT(*access.headers(), ElementsAre(Pair("X-Frame-Options", "deny")));

  folder.write("web.yml",
               std::string{kUsers} + kHash + "\nhttp_server_config: {headers: {X-Frame-Options: sameorigin}}\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::Taken), ElementsAre("who may ask was read anew"));
  EXPECT_TRUE(access.authenticator().is_required());
  EXPECT_THAT(*access.headers(), ElementsAre(Pair("X-Frame-Options", "sameorigin")));
  EXPECT_TRUE(access.rate_limiter().admit(now));
}

// As a file is for a moment that is written in its place.
TEST(AccessControl, LessOfAWebYmlLetsNobodyIn) {
  const TestFolder folder;
  const auto config = folder.write("web.yml", std::string{kUsers} + kHash + "\n");
  AccessControl access({.web_config_file = config});
  EXPECT_TRUE(access.is_up_to_date());

  for (const auto* less : {"", "basic_auth_users:\n", "rate_limit: {interval: 1h, burst: 2}\n"}) {
    folder.write("web.yml", less);
    (void)polled_twice(access);
    EXPECT_TRUE(access.authenticator().is_required()) << less;
    EXPECT_FALSE(access.is_up_to_date()) << less;
  }
  folder.write("web.yml", "");
  EXPECT_THAT(polled_twice(access), IsEmpty()) << "told twice";
  folder.write("web.yml", std::string{kUsers} + kHash + "\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::Taken),
              ElementsAre("the files are again as they were when they were read"));
  EXPECT_TRUE(access.is_up_to_date());
}

class AccessControlTls : public ::testing::Test {
 protected:
  void SetUp() override {
    if (folder.run("openssl version").status != 0) GTEST_SKIP() << "openssl is not installed";
    const Certificates certificates(folder);
    certificates.authority("ca");
    certificates.issue("first", "ca", "DNS:first");
    certificates.issue("second", "ca", "DNS:second");
    folder.must_run("cp first.pem tls.pem && cp first.key tls.key");
  }

  [[nodiscard]] AccessOptions options() const {
    return {.tls_certificate = folder.path("tls.pem"), .tls_key = folder.path("tls.key")};
  }
  [[nodiscard]] TestClient client(const std::string& name) const {
    return {.certificate = folder.path(name + ".pem"), .key = folder.path(name + ".key")};
  }

  TestFolder folder;
};

TEST_F(AccessControlTls, FollowsTheCertificate) {
  AccessControl access(options());
  EXPECT_EQ(shake_hands(access.tls()).server_name, "first");
  EXPECT_GT(*access.certificate_expires_at(), std::chrono::system_clock::now());

  folder.must_run("cp second.key tls.key");
  EXPECT_THAT(texts(polled_twice(access), Kind::KeptOut), ElementsAre(HasSubstr("is not the key of the certificate")));
  EXPECT_EQ(shake_hands(access.tls()).server_name, "first");
  folder.must_run("cp second.pem tls.pem");
  EXPECT_THAT(texts(polled_twice(access), Kind::Taken), ElementsAre("the certificate was read anew"));
  EXPECT_EQ(shake_hands(access.tls()).server_name, "second");
}

TEST_F(AccessControlTls, TellsOnceThatTheCertificateEndsWithinAWeek) {
  const auto in_days = [](std::time_t n) {
    const auto time = std::time(nullptr) + n * 86'400 + 3'600;
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 32> text{};
    return std::string{text.data(), std::strftime(text.data(), text.size(), "%Y%m%d%H%M%SZ", &parts)};
  };
  Certificates(folder).issue_for("ends", "ca", "20200101000000Z", in_days(3));
  Certificates(folder).issue_for("ends_too", "ca", "20200101000000Z", in_days(5));
  folder.must_run("cp ends.pem tls.pem && cp ends.key tls.key");
  AccessControl access(options());

  EXPECT_THAT(texts(access.poll(), Kind::CertificateEnds),
              ElementsAre(AllOf(HasSubstr("tls.pem: the certificate ends at "), HasSubstr("in 3 days; renew it"))));
  EXPECT_THAT(access.poll(), IsEmpty());
  folder.must_run("cp ends_too.pem tls.pem && cp ends_too.key tls.key");
  const auto messages = polled_twice(access);
  ASSERT_THAT(messages, ::testing::SizeIs(2));
  EXPECT_EQ(messages.front().text, "the certificate was read anew");
  EXPECT_THAT(messages.back().text, HasSubstr("in 5 days"));
}

TEST_F(AccessControlTls, AsksForCertificatesOfTheClientCaWithAnAllowedName) {
  auto mutual = options();
  mutual.tls_client_ca = folder.path("ca.pem");
  mutual.tls_allowed_names = {"second"};
  const AccessControl access(mutual);

  EXPECT_FALSE(shake_hands(access.tls()).is_served);
  EXPECT_FALSE(shake_hands(access.tls(), client("first")).is_served);
  EXPECT_TRUE(shake_hands(access.tls(), client("second")).is_served);
}

TEST_F(AccessControlTls, IsOfWebYmlAndStaysOnOrOff) {
  const std::string tls = "tls_server_config:\n  cert_file: tls.pem\n  key_file: tls.key\n";
  const auto config = folder.write("web.yml", tls);
  AccessControl access({.web_config_file = config});
  EXPECT_EQ(shake_hands(access.tls()).version, "TLSv1.3");

  folder.write("web.yml", tls + "  max_version: TLS12\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::Taken), ElementsAre("who may ask was read anew"));
  EXPECT_EQ(shake_hands(access.tls()).version, "TLSv1.2");

  folder.write("web.yml", tls + "  cert_file: none.pem\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::KeptOut), ElementsAre(HasSubstr("comes twice")));
  folder.write("web.yml", "");
  EXPECT_THAT(texts(polled_twice(access), Kind::KeptOut),
              ElementsAre(HasSubstr("TLS can't be turned off while the endpoint runs")));
  EXPECT_EQ(shake_hands(access.tls()).version, "TLSv1.2");

  folder.write("web.yml", "");
  AccessControl plain({.web_config_file = config});
  EXPECT_THAT(plain.poll(), ::testing::SizeIs(1)) << "that it protects nothing";
  folder.write("web.yml", tls);
  EXPECT_THAT(texts(polled_twice(plain), Kind::KeptOut),
              ElementsAre(HasSubstr("TLS can't be turned on while the endpoint runs")));
  EXPECT_EQ(plain.tls(), nullptr);
}

TEST_F(AccessControlTls, OfLessOfAWebYmlStaysMutual) {
  const std::string mutual =
      "tls_server_config:\n  cert_file: tls.pem\n  key_file: tls.key\n  client_auth_type: RequireAndVerifyClientCert\n"
      "  client_ca_file: ca.pem\n";
  const auto config = folder.write("web.yml", mutual + "  client_allowed_sans: [second]\n");
  AccessControl access({.web_config_file = config});

  folder.write("web.yml", mutual);
  EXPECT_THAT(texts(polled_twice(access), Kind::KeptOut),
              ElementsAre(HasSubstr("web.yml: client_allowed_sans is gone")));
  EXPECT_FALSE(shake_hands(access.tls(), client("first")).is_served);
  folder.write("web.yml", "tls_server_config:\n  cert_file: tls.pem\n  key_file: tls.key\n");
  EXPECT_THAT(texts(polled_twice(access), Kind::KeptOut),
              ElementsAre(HasSubstr("client certificates are no longer required")));
  EXPECT_FALSE(shake_hands(access.tls()).is_served);
}

TEST_F(AccessControlTls, OfWebYmlFollowsTheCertificateToo) {
  const auto config = folder.write("web.yml", "tls_server_config: {cert_file: tls.pem, key_file: tls.key}\n");
  AccessControl access({.web_config_file = config});

  folder.must_run("cp second.key tls.key && cp second.pem tls.pem");
  EXPECT_THAT(texts(polled_twice(access), Kind::Taken), ElementsAre("the certificate was read anew"));
  EXPECT_EQ(shake_hands(access.tls()).server_name, "second");
}

}  // namespace
}  // namespace vitals::testing
