// What an endpoint tells the program of its functions and its clients.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/vitals.hpp>

#include "http/access/certificates.hpp"
#include "http/access/test_folder.hpp"
#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Those of one kind.
class Events {
 public:
  explicit Events(EndpointEvent::Kind kind) : kind_{kind} {}

  [[nodiscard]] std::function<void(const EndpointEvent&)> listener() {
    return [this](const EndpointEvent& event) {
      const std::lock_guard lock{mutex_};
      if (event.kind == kind_) messages_.emplace_back(event.message);
    };
  }
  // The first one; empty: none comes.
  [[nodiscard]] std::string first() {
    std::string message;
    (void)eventually([&] {
      const std::lock_guard lock{mutex_};
      if (!messages_.empty()) message = messages_.front();
      return !message.empty();
    });
    return message;
  }

 private:
  const EndpointEvent::Kind kind_;
  std::mutex mutex_;
  std::vector<std::string> messages_;
};

// What is told when a client asks for a path.
std::string page_failure(EndpointOptions options, std::string_view path) {
  Events events{EndpointEvent::Kind::PageFailed};
  options.port = 0;
  options.on_event = events.listener();
  Registry registry;
  const Endpoint endpoint{registry, options};
  EXPECT_GE(get(endpoint.port(), path).status, 500);
  return events.first();
}

std::string own_page_failure(std::function<EndpointAnswer(std::string_view)> page) {
  EndpointOptions options;
  options.pages = {{"/version", std::move(page)}};
  return page_failure(options, "/version?a=1");
}

TEST(EndpointEvents, TellWhatAPageOrTheHealthHasThrown) {
  EndpointOptions sick;
  sick.health = []() -> std::string { throw std::runtime_error{"no\ndatabase"}; };

  EXPECT_EQ(own_page_failure([](std::string_view) -> EndpointAnswer { throw std::runtime_error{"boom"}; }),
            "vitals::Endpoint: the page /version threw: boom");
  EXPECT_EQ(own_page_failure([](std::string_view) -> EndpointAnswer { throw 1; }),
            "vitals::Endpoint: the page /version threw what is no std::exception");
  EXPECT_EQ(page_failure(sick, "/-/healthy"), "vitals::Endpoint: the function of /-/healthy threw: no\\x0adatabase");
}

TEST(EndpointEvents, TellOfAnAnswerThatIsNone) {
  EXPECT_EQ(own_page_failure([](std::string_view) { return EndpointAnswer{.status = 204}; }),
            "vitals::Endpoint: the page /version gave the status 204; it must be 200 to 599, but 204 and 304");
  EXPECT_THAT(own_page_failure([](std::string_view) { return EndpointAnswer{.content_type = "a\r\nb"}; }),
              StartsWith("vitals::Endpoint: the page /version gave the content_type \"a\\x0d\\x0ab\"; it must be"));
  EXPECT_THAT(own_page_failure([](std::string_view) {
                return EndpointAnswer{.body = std::string((std::size_t{32} << 20) + 1, 'a')};
              }),
              HasSubstr("the page /version gave a body for which max_response_bytes leaves no room"));
}

TEST(EndpointEvents, TellOfAPageThatIsLateOnceItHasReturned) {
  std::atomic<bool> done{false};
  EndpointOptions options{.collector_timeout = 50ms};
  options.pages = {{"/version", [&](std::string_view) {
                      while (!done) sleep_briefly();
                      return EndpointAnswer{};
                    }}};
  Events events{EndpointEvent::Kind::PageFailed};
  options.port = 0;
  options.on_event = events.listener();
  Registry registry;
  const Endpoint endpoint{registry, options};

  EXPECT_EQ(get(endpoint.port(), "/version").status, 503);
  done = true;

  EXPECT_EQ(events.first(), "vitals::Endpoint: the page /version gave no answer within 50 ms (collector_timeout)");
}

TEST(EndpointEvents, TellAtStartThatTheCertificateEndsWithinAWeek) {
  const TestFolder folder;
  const Certificates certificates(folder);
  certificates.authority("ca");
  const auto tomorrow = folder.must_run("date -u -d '25 hours' +%Y%m%d%H%M%SZ");
  certificates.issue_for("server", "ca", "20200101000000Z", tomorrow.substr(0, tomorrow.find('\n')));
  Events events{EndpointEvent::Kind::CertificateEnds};
  EndpointOptions options{.port = 0};
  options.tls = {.certificate = folder.path("server.pem"), .key = folder.path("server.key")};
  options.on_event = events.listener();
  Registry registry;
  const Endpoint endpoint{registry, options};

  EXPECT_THAT(events.first(),
              AllOf(StartsWith("vitals::Endpoint: " + folder.path("server.pem") + ": the certificate ends at 20"),
                    HasSubstr("UTC, in 24 hours; renew it")));
}

struct HandshakeEventsTest : ::testing::Test {
  HandshakeEventsTest() {
    for (const auto* const ca : {"ca", "other"}) certificates.authority(ca);
    certificates.issue("server", "ca", "DNS:localhost,IP:127.0.0.1");
    certificates.issue("stranger", "other", "DNS:stranger-of-the-test.example");
  }
  // What is told of a client that does this to a port.
  std::string failure(const std::function<void(std::uint16_t port)>& client, const std::string& client_ca = "") {
    Events events{EndpointEvent::Kind::HandshakeFailed};
    EndpointOptions options{.port = 0};
    options.tls = {.certificate = folder.path("server.pem"), .key = folder.path("server.key"), .client_ca = client_ca};
    options.on_event = events.listener();
    Registry registry;
    const Endpoint endpoint{registry, options};
    client(endpoint.port());
    return events.first();
  }
  [[nodiscard]] std::function<void(std::uint16_t)> curl(const std::string& arguments) const {
    return [this, arguments](std::uint16_t port) {
      EXPECT_NE(folder.run("curl -s --max-time 20 " + arguments + " https://localhost:" + std::to_string(port)).status,
                0);
    };
  }

  TestFolder folder;
  Certificates certificates{folder};
};

TEST_F(HandshakeEventsTest, TellWhyItFailed) {
  const std::string line = "vitals::Endpoint: client 127.0.0.1 failed in the handshake of TLS: ";

  EXPECT_EQ(failure([](std::uint16_t port) { (void)get(port, "/metrics?a=b"); }),
            line + "http request; it must ask with https://");
  EXPECT_EQ(failure(curl("--cacert other.pem")), line + "unknown CA alert from the client");
  EXPECT_EQ(failure(curl("--cacert ca.pem --tls-max 1.2"), folder.path("ca.pem")),
            line + "no certificate returned by the client");
  EXPECT_EQ(failure([](std::uint16_t port) { RawConnection{port}.half_close(); }), line + "client closed it");
}

TEST_F(HandshakeEventsTest, SayNothingInTheWordsOfTheClient) {
  const auto strange =
      failure(curl("--cacert ca.pem --tls-max 1.2 --cert stranger.pem --key stranger.key"), folder.path("ca.pem"));
  const auto garbage = failure([](std::uint16_t port) {
    const RawConnection connection{port};
    (void)connection.send("GARBAGE-of-the-client\r\n\r\n");
    sleep_briefly();
  });

  EXPECT_THAT(strange, HasSubstr("certificate verify failed, "));
  EXPECT_THAT(strange, Not(HasSubstr("stranger")));
  EXPECT_THAT(garbage, AllOf(HasSubstr("handshake of TLS: "), Not(HasSubstr("GARBAGE"))));
}

}  // namespace
}  // namespace vitals::testing
