// A gateway with TLS, certificates of clients and basic authentication, all of its own.
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/pushgateway_fixture.hpp"

namespace vitals {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// "correct horse", by bcrypt.
constexpr const char* kUsers =
    "basic_auth_users:\n  job: $2b$04$vitalsvitalsvitalsvitO2vyYZgvv8R1YTxSthA6WUtEgr8dVCja\n";

// An authority, a server for 127.0.0.1 and a client, made by openssl.
void make_keys(const test::TemporaryFolder& folder) {
  const auto in = [&](const char* name) { return folder.path(name); };
  const std::string key = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
  test::output_of(key + "-x509 -days 2 -subj /CN=authority -keyout " + in("ca.key") + " -out " + in("ca.pem") +
                  " 2>&1");
  folder.write("names", "subjectAltName=IP:127.0.0.1\n");
  for (const std::string name : {"server", "client"}) {
    const auto file = [&](const char* ending) { return folder.path(name + ending); };
    test::output_of(key + "-subj /CN=" + name + " -keyout " + file(".key") + " -out " + file(".csr") + " 2>&1");
    test::output_of("openssl x509 -req -days 2 -in " + file(".csr") + " -CA " + in("ca.pem") + " -CAkey " +
                    in("ca.key") + " -CAcreateserial -extfile " + in("names") + " -out " + file(".pem") + " 2>&1");
  }
}

class PushSecured : public test::PushgatewayFixture {
 protected:
  void SetUp() override {
    PushgatewayFixture::SetUp();
    registry.gauge("a", "A.").set(1);
  }

  void start_with_tls(const std::string& more = {}) {
    make_keys(folder);
    gateway.emplace("tls_server_config:\n  cert_file: " + folder.path("server.pem") +
                    "\n  key_file: " + folder.path("server.key") + "\n" + more);
  }
  std::string tls_url() const { return "https://127.0.0.1:" + std::to_string(gateway->port()); }

  test::TemporaryFolder folder;
};

TEST_F(PushSecured, ByUserAndPassword) {
  gateway.emplace(kUsers);
  PushGateway push{registry, {.url = gateway->url(), .job = "j", .username = "job", .password = "correct horse"}};

  const PushResult result = push.push();

  EXPECT_TRUE(result.ok) << result.message;
  EXPECT_EQ(gateway->samples("-u 'job:correct horse'").count({"a", {{"job", "j"}}}), 1U);
}

TEST_F(PushSecured, ByAPasswordFileThatIsReadForEachPush) {
  gateway.emplace(kUsers);
  const auto file = folder.write("password", "wrong horse\n");
  PushGateway push{registry, {.url = gateway->url(), .job = "j", .username = "job", .password_file = file}};

  const PushResult refused = push.push();
  folder.write("password", "correct horse\n");
  const PushResult taken = push.push();
  folder.write("password", "");
  const PushResult unread = push.push();

  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.attempts, 1U);
  EXPECT_THAT(refused.message,
              AllOf(HasSubstr("answered 401"), HasSubstr("bearer_token_file"), Not(HasSubstr("wrong horse"))));
  EXPECT_TRUE(taken.ok) << taken.message;
  EXPECT_EQ(unread.attempts, 0U);
  EXPECT_THAT(unread.message, AllOf(HasSubstr("password_file"), HasSubstr("is empty")));
}

TEST_F(PushSecured, ByTlsWithAnAuthorityOfItsOwn) {
  start_with_tls();
  PushGateway push{registry, {.url = tls_url(), .job = "j", .tls = {.ca = folder.path("ca.pem")}}};
  PushGateway trusting_others{registry, {.url = tls_url(), .job = "j"}};

  const PushResult result = push.push();
  const PushResult untrusted = trusting_others.push();

  EXPECT_TRUE(result.ok) << result.message;
  EXPECT_EQ(untrusted.status, 0);
  EXPECT_EQ(untrusted.attempts, 1U);  // it will not be trusted in a second either
  EXPECT_THAT(untrusted.message, HasSubstr("certificate"));
}

TEST_F(PushSecured, ByACertificateOfTheClient) {
  make_keys(folder);
  start_with_tls("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: " + folder.path("ca.pem") + "\n" +
                 kUsers);
  const PushTls tls{
      .ca = folder.path("ca.pem"), .certificate = folder.path("client.pem"), .key = folder.path("client.key")};
  PushGateway push{registry,
                   {.url = tls_url(), .job = "j", .username = "job", .password = "correct horse", .tls = tls}};
  PushGateway without{
      registry, {.url = tls_url(), .job = "j", .deadline = std::chrono::milliseconds{300}, .tls = {.ca = tls.ca}}};

  const PushResult result = push.push();
  const PushResult refused = without.push();

  EXPECT_TRUE(result.ok) << result.message;
  EXPECT_FALSE(refused.ok);
  EXPECT_EQ(refused.status, 0);
}

TEST_F(PushSecured, AKeyWithAPassphraseIsRefused) {
  make_keys(folder);
  const auto refusal = [&](const std::string& key) -> std::string {
    const PushTls tls{.certificate = folder.path("client.pem"), .key = key};
    try {
      const PushGateway push{registry, {.url = "https://127.0.0.1", .job = "j", .tls = tls}};
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return {};
  };
  const auto locked = folder.path("locked.key");

  EXPECT_EQ(refusal(folder.path("client.key")), "");
  for (const std::string command : {"openssl ec -aes128", "openssl pkcs8 -topk8"}) {
    test::output_of(command + " -passout pass:x -in " + folder.path("client.key") + " -out " + locked + " 2>&1");
    EXPECT_THAT(refusal(locked), AllOf(HasSubstr("tls.key \"" + locked + '"'), HasSubstr("passphrase"))) << command;
  }
}

}  // namespace
}  // namespace vitals
