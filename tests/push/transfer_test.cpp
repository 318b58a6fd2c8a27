#include <chrono>
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/fake_gateway.hpp"
#include "push/private_pushgateway.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::FakeGateway;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kOk = answer("200 OK");

PushOptions to(const FakeGateway& gateway) {
  return {.url = gateway.url(), .job = "j", .deadline = 30s, .retry_max = 20ms};
}

TEST(PushRequest, IsAsTheGatewayReadsIt) {
  FakeGateway gateway{{kOk}};
  Registry registry;
  registry.gauge("a", "A.").set(1);
  auto options = to(gateway);
  options.format = Format::Text;
  options.headers = {{"X-Scope-OrgID", "team"}, {"X-Empty", ""}};
  PushGateway push{registry, options};
  const std::string text = to_text(registry);

  ASSERT_TRUE(push.push().ok);
  ASSERT_TRUE(push.add().ok);
  ASSERT_TRUE(push.remove().ok);

  const auto requests = gateway.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_THAT(requests[0].head,
              AllOf(StartsWith("PUT /metrics/job/j HTTP/1.1\r\n"), HasSubstr("\r\nX-Scope-OrgID: team"),
                    HasSubstr("\r\nX-Empty:"), HasSubstr("\r\nContent-Type: text/plain; version=0.0.4"),
                    Not(HasSubstr("Authorization"))));
  EXPECT_EQ(requests[0].body, text);
  EXPECT_THAT(requests[1].head, StartsWith("POST /metrics/job/j HTTP/1.1\r\n"));
  EXPECT_THAT(requests[2].head,
              AllOf(StartsWith("DELETE /metrics/job/j HTTP/1.1\r\n"), Not(HasSubstr("Content-Type"))));
  EXPECT_EQ(requests[2].body, "");
}

// Longer than what libcurl asks leave for.
TEST(PushRequest, OfManyMegabytesIsSentAtOnce) {
  FakeGateway gateway{{kOk}};
  Registry registry;
  registry.gauge("a", std::string(3'000'000, 'x')).set(1);
  PushGateway push{registry, to(gateway)};
  const std::string body = to_protobuf(registry);

  ASSERT_TRUE(push.push().ok);

  EXPECT_THAT(gateway.requests().front().head, Not(HasSubstr("Expect:")));
  EXPECT_EQ(gateway.requests().front().body, body);
}

TEST(PushRequest, OfProtobufSaysSo) {
  FakeGateway gateway{{kOk}};
  Registry registry;
  PushGateway push{registry, to(gateway)};
  const std::string body = to_protobuf(registry);

  ASSERT_TRUE(push.push().ok);

  EXPECT_THAT(gateway.requests().front().head,
              HasSubstr("Content-Type: application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
                        "encoding=delimited"));
  EXPECT_EQ(gateway.requests().front().body, body);
}

TEST(PushRequest, TakesNoProxyFromTheEnvironment) {
  FakeGateway gateway{{kOk}};
  Registry registry;
  PushGateway push{registry, to(gateway)};
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);

  EXPECT_TRUE(push.push().ok);

  ::unsetenv("http_proxy");
}

TEST(PushRedirect, IsNotFollowed) {
  FakeGateway elsewhere{{kOk}};
  FakeGateway gateway{{answer("307 Temporary Redirect", "Location: " + elsewhere.url() + "/x?token=hunter2\r\n")}};
  Registry registry;
  PushGateway push{registry, to(gateway)};

  const PushResult result = push.push();

  EXPECT_EQ(result.status, 307);
  EXPECT_THAT(result.message, AllOf(HasSubstr("a redirect to " + elsewhere.url() + "/x;"), HasSubstr("not followed"),
                                    Not(HasSubstr("hunter2"))));
  EXPECT_TRUE(elsewhere.requests().empty());
}

// A proxy that shows what it was sent.
TEST(PushSecrets, AreInNoMessage) {
  const test::TemporaryFolder folder;
  const std::string in_base64 = "dTpodW50ZXIy";  // u:hunter2
  FakeGateway gateway{{answer("400 Bad Request", {},
                              "Authorization: Basic " + in_base64 + " hunter2 Bearer token-hunter3 key-hunter4")}};
  Registry registry;
  auto basic = to(gateway);
  basic.username = "u", basic.password = "hunter2", basic.headers = {{"X-Api-Key", "key-hunter4"}};
  auto bearer = to(gateway);
  bearer.bearer_token_file = folder.write("token", " token-hunter3\n");
  PushGateway by_password{registry, basic};
  PushGateway by_token{registry, bearer};

  const PushResult first = by_password.push();
  const PushResult second = by_token.push();

  EXPECT_THAT(first.message, AllOf(HasSubstr("Basic *** *** Bearer token-hunter3 ***"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(second.message, AllOf(HasSubstr("Bearer ***"), Not(HasSubstr("hunter3"))));
  EXPECT_THAT(gateway.requests()[0].head,
              AllOf(HasSubstr("\r\nAuthorization: Basic " + in_base64), HasSubstr("\r\nX-Api-Key: key-hunter4")));
  EXPECT_THAT(gateway.requests()[1].head, HasSubstr("\r\nAuthorization: Bearer token-hunter3"));
}

}  // namespace
}  // namespace vitals
