// Who may ask an endpoint, tried with curl and openssl.
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/vitals.hpp>

#include "http/access/certificates.hpp"
#include "http/access/credentials.hpp"
#include "http/access/test_folder.hpp"
#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

struct EndpointAccessTest : ::testing::Test {
  EndpointAccessTest() {
    certificates.authority("ca");
    certificates.issue("server", "ca", "DNS:localhost,IP:127.0.0.1");
    certificates.issue("scraper", "ca", "DNS:prometheus.example");
    users = folder.write("users", folder.must_run("htpasswd -nbBC 4 prometheus right"));
  }

  [[nodiscard]] EndpointOptions options() const {
    EndpointOptions made{.port = 0};
    made.tls = {.certificate = folder.path("server.pem"), .key = folder.path("server.key")};
    return made;
  }
  // What curl says of it, its exit status behind: headers, body, errors.
  [[nodiscard]] std::string curl(const Endpoint& endpoint, const std::string& arguments,
                                 const std::string& path = "/metrics") const {
    const auto result = folder.run("curl -sSi --max-time 20 --cacert ca.pem " + arguments +
                                   " https://localhost:" + std::to_string(endpoint.port()) + path);
    return result.output + "exit " + std::to_string(result.status);
  }

  TestFolder folder;
  Certificates certificates{folder};
  std::string users;
  Registry registry;
};

TEST_F(EndpointAccessTest, SpeaksTls) {
  auto& filler = registry.counter("filler_total", "Larger than any buffer.", {"text"});
  for (int i = 0; i < 3'000; ++i) filler.with(std::string(900, 'x') + std::to_string(i)).inc();
  const Endpoint endpoint{registry, options()};

  EXPECT_THAT(curl(endpoint, ""), AllOf(HasSubstr("200"), HasSubstr("x2999\"} 1\n"), HasSubstr("exit 0")));
  EXPECT_THAT(curl(endpoint, "--compressed --tlsv1.3"), HasSubstr("x2999\"} 1\n"));
  EXPECT_THAT(curl(endpoint, "--tls-max 1.2"), HasSubstr("x2999\"} 1\n"));
  EXPECT_THAT(curl(endpoint, "-I"), AllOf(HasSubstr("200"), HasSubstr("exit 0")));
  EXPECT_THAT(curl(endpoint, "", "/-/healthy"), HasSubstr("healthy\n"));
  EXPECT_THAT(curl(endpoint, "", "/data"), HasSubstr("application/json"));
  EXPECT_THAT(curl(endpoint, "--tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0"), Not(HasSubstr("200 OK")));
}

TEST_F(EndpointAccessTest, KeepsATlsConnection) {
  const Endpoint endpoint{registry, options()};
  const std::string url = " https://localhost:" + std::to_string(endpoint.port()) + "/metrics";

  const auto result = folder.run("curl -sS -o a -o b -o c -w '%{num_connects} ' --cacert ca.pem" + url + url + url);

  EXPECT_EQ(result.output, "1 0 0 ");
}

TEST_F(EndpointAccessTest, WhoSpeaksNoTlsIsClosed) {
  const Endpoint endpoint{registry, options()};

  EXPECT_EQ(request(endpoint.port(), "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").status, 0);
  EXPECT_TRUE(eventually(
      [&] { return sample(to_text(registry), "vitals_connections_dropped_total{reason=\"handshake\"}") == 1; }));
  EXPECT_THAT(curl(endpoint, ""), HasSubstr("200"));
}

TEST_F(EndpointAccessTest, AsksForACertificateOfAnAllowedName) {
  certificates.issue("other", "ca", "DNS:other.example");
  certificates.authority("wrong");
  certificates.issue("stranger", "wrong", "DNS:prometheus.example");
  EndpointOptions mutual = options();
  mutual.tls.client_ca = folder.path("ca.pem");
  mutual.tls.allowed_names = {"prometheus.example"};
  const Endpoint endpoint{registry, mutual};

  EXPECT_THAT(curl(endpoint, "--cert scraper.pem --key scraper.key"), HasSubstr("200"));
  EXPECT_THAT(curl(endpoint, "--cert other.pem --key other.key"), Not(HasSubstr("200 OK")));
  EXPECT_THAT(curl(endpoint, "--cert stranger.pem --key stranger.key"), Not(HasSubstr("200 OK")));
  EXPECT_THAT(curl(endpoint, ""), Not(HasSubstr("200 OK")));
}

TEST_F(EndpointAccessTest, EachPageAsksForALogin) {
  EndpointOptions with_users = options();
  with_users.users_file = users;
  with_users.pages = {{"/own", [](std::string_view) { return EndpointAnswer{.body = "own\n"}; }}};
  const Endpoint endpoint{registry, with_users};

  for (const auto* path : {"/metrics", "/", "/data", "/-/healthy", "/-/ready", "/own", "/nowhere"}) {
    EXPECT_THAT(curl(endpoint, "", path), AllOf(HasSubstr("401 Unauthorized"), HasSubstr("WWW-Authenticate: Basic")))
        << path;
    EXPECT_THAT(curl(endpoint, "-u prometheus:wrong", path), HasSubstr("401 Unauthorized")) << path;
    EXPECT_THAT(curl(endpoint, "-u prometheus:right", path), Not(HasSubstr("401 Unauthorized"))) << path;
  }
  EXPECT_EQ(sample(to_text(registry), "vitals_endpoint_logins_failed_total"), 7);
}

TEST_F(EndpointAccessTest, ATokenWillDoToo) {
  EndpointOptions with_both = options();
  with_both.users_file = users;
  with_both.bearer_token_file = folder.write("token", "abc123\n");
  const Endpoint endpoint{registry, with_both};

  EXPECT_THAT(curl(endpoint, "-H 'Authorization: Bearer abc123'"), HasSubstr("200"));
  EXPECT_THAT(curl(endpoint, "-H 'Authorization: Bearer abc124'"), HasSubstr("401"));
  EXPECT_THAT(curl(endpoint, "-u prometheus:right"), HasSubstr("200"));
}

TEST_F(EndpointAccessTest, FollowsItsFilesAndTellsOfThem) {
  std::mutex mutex;
  std::vector<std::string> events;
  EndpointOptions followed = options();
  followed.users_file = folder.write("followed", "prometheus:" + hash_of("right") + "\n");
  followed.on_event = [&](const EndpointEvent& event) {
    const std::lock_guard lock{mutex};
    if (event.kind == EndpointEvent::Kind::FileKeptOut) events.emplace_back(event.message);
  };
  const Endpoint endpoint{registry, followed};
  const auto fingerprint = [&] {
    return folder.must_run("openssl s_client -connect 127.0.0.1:" + std::to_string(endpoint.port()) +
                           " </dev/null 2>/dev/null | openssl x509 -noout -fingerprint");
  };
  const auto is_successful = [&] { return sample(to_text(registry), "vitals_endpoint_last_reload_successful"); };
  const auto before = fingerprint();
  EXPECT_EQ(is_successful(), 1);
  folder.write("server.pem", "garbage");
  folder.write("followed", "prometheus:password\n");
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock{mutex};
    return events.size() == 2;
  }));
  EXPECT_EQ(fingerprint(), before);
  EXPECT_EQ(sample(to_text(registry), "vitals_endpoint_reloads_total{result=\"failed\"}"), 2);
  EXPECT_EQ(is_successful(), 0);

  folder.write("followed", "prometheus:" + hash_of("right") + "\n");
  certificates.issue("server", "ca", "DNS:localhost,IP:127.0.0.1");

  EXPECT_TRUE(eventually([&] { return fingerprint() != before; }));
  EXPECT_EQ(sample(to_text(registry), "vitals_endpoint_reloads_total{result=\"ok\"}"), 1);
  EXPECT_GT(sample(to_text(registry), "vitals_endpoint_certificate_expiry_timestamp_seconds"), 1.7e9);
  EXPECT_TRUE(eventually([&] { return is_successful() == 1; }));
  const std::lock_guard lock{mutex};
  EXPECT_THAT(events, UnorderedElementsAre(AllOf(HasSubstr("vitals::Endpoint: "), HasSubstr("server.pem")),
                                           HasSubstr("followed:1: user 'prometheus'")));
}

TEST_F(EndpointAccessTest, TakesWebYml) {
  const auto config = folder.write("web.yml",
                                   "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
                                   "basic_auth_users: {prometheus: " +
                                       folder.must_run("printf %s \"$(htpasswd -nbBC 4 '' right | cut -d: -f2)\"") +
                                       "}\nhttp_server_config: {headers: {X-Frame-Options: deny}}\n");
  EndpointOptions by_file{.port = 0};
  by_file.web_config_file = config;
  const Endpoint endpoint{registry, by_file};

  EXPECT_THAT(curl(endpoint, "-u prometheus:right"), AllOf(HasSubstr("200"), HasSubstr("X-Frame-Options: deny\r\n")));
  EXPECT_THAT(curl(endpoint, ""), HasSubstr("401"));
}

TEST_F(EndpointAccessTest, ClosesWhoIsInNoAllowedNetwork) {
  EndpointOptions narrow{.port = 0};
  narrow.allowed_networks = {"127.0.0.2", "10.0.0.0/8"};
  const Endpoint endpoint{registry, narrow};
  const std::string url = " http://127.0.0.1:" + std::to_string(endpoint.port()) + "/metrics";

  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 0);
  EXPECT_THAT(folder.run("curl -si --interface 127.0.0.2" + url).output, HasSubstr("200 OK"));
  EXPECT_EQ(sample(to_text(registry), "vitals_connections_dropped_total{reason=\"network\"}"), 1);
}

TEST_F(EndpointAccessTest, AnswersToItsHostsAlone) {
  EndpointOptions named{.port = 0};
  named.allowed_hosts = {"metrics.example", "::1", "[::2]"};
  const Endpoint endpoint{registry, named};
  const auto status = [&](const std::string& target, const std::string& host) {
    return request(endpoint.port(), "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status;
  };

  EXPECT_EQ(status("/metrics", "metrics.example"), 200);
  EXPECT_EQ(status("/metrics", "Metrics.Example:9464"), 200);
  EXPECT_EQ(status("/metrics", "[::1]:80"), 200);
  EXPECT_EQ(status("/metrics", "[::2]"), 200);
  EXPECT_EQ(status("/metrics", "attacker.example"), 403);
  EXPECT_EQ(status("/metrics", "127.0.0.1"), 403);
  EXPECT_EQ(status("/-/healthy", ""), 403);
  EXPECT_EQ(status("http://attacker.example/metrics", "metrics.example"), 403);
  EXPECT_EQ(status("/metrics", "a b"), 400);
  EXPECT_EQ(status("/metrics", "metrics.example:x"), 400);
}

}  // namespace
}  // namespace vitals::testing
