#include <random>
#include <string>

#include <gtest/gtest.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

// Requests that no decent client sends. Each must be answered as said within 1.5 s, and the endpoint must go on.
namespace vitals::testing {
namespace {

constexpr milliseconds kPatience{1'500};

struct RequestLinesTest : ::testing::Test {
  void TearDown() override { EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200) << "the endpoint must go on"; }

  int status(std::string_view bytes) { return request(endpoint.port(), bytes, kPatience).status; }
  int status_of(const std::string& line, const std::string& headers = "Host: x\r\n") {
    return status(line + "\r\n" + headers + "\r\n");
  }
  int status_of_get(const std::string& headers) { return status_of("GET /metrics HTTP/1.1", "Host: x\r\n" + headers); }
  // All answers' bytes, and that the connection was closed after them.
  std::string closing(std::string_view bytes) {
    RawConnection connection{endpoint.port()};
    connection.send(bytes);
    connection.half_close();
    bool closed = false;
    std::string all = connection.read_all(kPatience, &closed);
    EXPECT_TRUE(closed);
    return all;
  }

  Registry registry;
  Endpoint endpoint{registry, {.port = 0}};
};

TEST_F(RequestLinesTest, UnknownMethodIsNotAllowed) {
  const Answer answer = request(endpoint.port(), "FOO /metrics HTTP/1.1\r\nHost: x\r\n\r\n", kPatience);

  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("Allow"), "GET, HEAD");
  EXPECT_EQ(answer.header("Connection"), "close");
}

TEST_F(RequestLinesTest, PostIsRefusedWithItsBodyUnread) {
  EXPECT_EQ(status("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"), 405);
  EXPECT_EQ(status("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"), 405);
  EXPECT_EQ(status("POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"), 405);
}

TEST_F(RequestLinesTest, GetWithABodyIsRefused) {
  EXPECT_EQ(status_of_get("Content-Length: 5\r\n"), 413);
  EXPECT_EQ(status_of_get("Content-Length: 0\r\n"), 200);
}

TEST_F(RequestLinesTest, UnknownVersionIsRefusedAndNotRepeated) {
  const std::string answer = closing("GET /metrics HTTP/9.9\r\nHost: x\r\n\r\n");

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 505 ")) << answer;
  EXPECT_EQ(answer.find("9.9"), std::string::npos);
}

TEST_F(RequestLinesTest, LaterMinorVersionsAreAnsweredAsTheLatestKnown) {
  for (const auto* version : {"HTTP/1.2", "HTTP/1.5", "HTTP/1.9"}) {
    const std::string line = std::string{"GET /metrics "} + version;
    RawConnection connection{endpoint.port()};
    for (int i = 0; i < 2; ++i) {
      connection.send(line + "\r\nHost: x\r\nX: HTTP/1.3\r\n\r\n");
      const Answer answer = connection.read_answer(kPatience);
      EXPECT_TRUE(answer.head.starts_with("HTTP/1.1 200 ")) << version << ' ' << answer.head;
      EXPECT_EQ(answer.header("Connection"), "(none)");
    }
    EXPECT_EQ(status_of(line, ""), 400) << "as HTTP/1.1 it needs a Host";
  }
  for (const auto* version : {"HTTP/2.0", "HTTP/2.1", "HTTP/3.0", "HTTP/0.9"}) {
    EXPECT_EQ(status_of(std::string{"GET /metrics "} + version), 505) << version;
  }
  for (const auto* version :
       {"HTTP/1", "HTTP/1.", "HTTP/1.10", "HTTP/11.1", "HTTP/1.x", "http/1.1", "HTTP/1,1", "HTTP/", "1.1"}) {
    EXPECT_EQ(status_of(std::string{"GET /metrics "} + version), 400) << version;
  }
}

// RFC 9112 2.2. Some clients send one after the request before.
TEST_F(RequestLinesTest, AFewEmptyLinesBeforeARequestAreIgnored) {
  const std::string get = "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto lines = [](int n) {
    std::string all;
    for (int i = 0; i < n; ++i) all += "\r\n";
    return all;
  };
  for (const int n : {1, 2, 8}) EXPECT_EQ(status(lines(n) + get), 200) << n;
  for (const int n : {9, 100}) EXPECT_EQ(status(lines(n) + get), 400) << n;
  EXPECT_EQ(status("\n" + get), 400);
  EXPECT_EQ(status("\r" + get), 400);
  EXPECT_EQ(status("\r\n " + get), 400);
  EXPECT_EQ(status("\r\n" + get.substr(0, 23) + std::string(3'000, 'x')), 414);

  RawConnection byte_by_byte{endpoint.port()};
  for (const char c : lines(2) + get + lines(1) + get) byte_by_byte.send({&c, 1});
  EXPECT_EQ(byte_by_byte.read_answer(kPatience).status, 200);
  EXPECT_EQ(byte_by_byte.read_answer(kPatience).status, 200);
}

TEST_F(RequestLinesTest, Http10NeedsNoHostAndCloses) {
  const std::string answer = closing("GET /metrics HTTP/1.0\r\n\r\n");

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST_F(RequestLinesTest, Http10MayKeepTheConnection) {
  RawConnection connection{endpoint.port()};
  for (int i = 0; i < 2; ++i) {
    connection.send("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const Answer answer = connection.read_answer(kPatience);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Connection"), "keep-alive");
  }
}

TEST_F(RequestLinesTest, Http11NeedsExactlyOneHost) {
  EXPECT_EQ(status_of("GET /metrics HTTP/1.1", ""), 400);
  EXPECT_EQ(status_of("GET /metrics HTTP/1.1", "Host: a\r\nHost: a\r\n"), 400);
  EXPECT_EQ(status_of("GET /metrics HTTP/1.0", "Host: a\r\nHost: b\r\n"), 400);
}

TEST_F(RequestLinesTest, BareLineFeedsAreRefused) {
  EXPECT_EQ(status("GET /metrics HTTP/1.1\nHost: x\n\n"), 400);
  EXPECT_EQ(status("GET /metrics HTTP/1.1\r\nHost: x\n\r\n"), 400);
}

TEST_F(RequestLinesTest, MalformedHeadersAreRefused) {
  EXPECT_EQ(status_of("GET /metrics HTTP/1.1", "Host : x\r\n"), 400);
  EXPECT_EQ(status_of_get(": y\r\n"), 400);
  EXPECT_EQ(status_of_get("a\r\n"), 400);
  EXPECT_EQ(status_of_get("a: b\rc\r\n"), 400);
  EXPECT_EQ(status_of_get(std::string{"a: b\0c\r\n", 8}), 400);
  EXPECT_EQ(status(std::string_view{"GET /me\0trics HTTP/1.1\r\nHost: x\r\n\r\n", 35}), 400);
}

TEST_F(RequestLinesTest, FoldedHeadersAreUnfoldedAndHarmless) { EXPECT_EQ(status_of_get("a: b\r\n c\r\n"), 200); }

TEST_F(RequestLinesTest, AmbiguousLengthsAreRefused) {
  EXPECT_EQ(status_of_get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status_of_get("Content-Length: 0\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(status_of_get("Content-Length: -1\r\n"), 400);
  EXPECT_EQ(status_of_get("Content-Length: 99999999999999999999999\r\n"), 400);
  EXPECT_EQ(status_of_get("Transfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status_of_get("Transfer-Encoding: identity\r\n"), 400);
}

TEST_F(RequestLinesTest, HeadersHaveABound) {
  EXPECT_EQ(status_of_get("a: " + std::string(20'000, 'b') + "\r\n"), 431);
  std::string headers;
  for (int i = 0; i < 63; ++i) headers += "a: b\r\n";
  EXPECT_EQ(status_of_get(headers), 200);
  EXPECT_EQ(status_of_get(headers + "a: b\r\n"), 431);
}

TEST_F(RequestLinesTest, TargetsHaveABound) {
  EXPECT_EQ(status_of("GET /metrics?" + std::string(2'048 - 9, 'x') + " HTTP/1.1"), 200);
  EXPECT_EQ(status_of("GET /metrics?" + std::string(2'049 - 9, 'x') + " HTTP/1.1"), 414);
  EXPECT_EQ(status_of("GET /" + std::string(20'000, 'x') + " HTTP/1.1"), 414);
}

TEST_F(RequestLinesTest, AnEndlessLineIsCutOff) {
  RawConnection connection{endpoint.port()};
  const std::string chunk(64 << 10, 'A');
  std::size_t sent = 0;
  while (sent < std::size_t{100} << 20 && connection.send(chunk)) sent += chunk.size();

  EXPECT_LT(sent, std::size_t{20} << 20);  // what the sockets' buffers hold, and what the lingering close throws away
}

TEST_F(RequestLinesTest, PathsMustBeExact) {
  for (const auto* path : {"/../../etc/passwd", "/%2e%2e/etc/passwd", "/metrics/x", "/metricsx", "//metrics",
                           "/%6detrics", "/METRICS", "/metrics/", "*", "metrics", "/-/", "/-/healthy/x"}) {
    const int got = status_of(std::string{"GET "} + path + " HTTP/1.1");
    EXPECT_TRUE(got == 404 || (got == 400 && *path != '/')) << path << ' ' << got;
  }
  EXPECT_EQ(status_of("GET /metrics?x=%zz HTTP/1.1"), 200);
  EXPECT_EQ(status_of("GET /-/healthy HTTP/1.1"), 200);
}

TEST_F(RequestLinesTest, AbsoluteTargetsAreTheirPaths) {
  EXPECT_EQ(status_of("GET http://x/metrics HTTP/1.1"), 200);
  EXPECT_EQ(status_of("GET HTTP://x/metrics?a HTTP/1.1"), 200);
  EXPECT_EQ(status_of("GET http://x/passwd HTTP/1.1"), 404);
  EXPECT_EQ(status_of("GET http://x HTTP/1.1"), 200);
}

TEST_F(RequestLinesTest, OtherProtocolsAreRefused) {
  using namespace std::string_view_literals;
  EXPECT_EQ(status("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"sv), 400);
  EXPECT_EQ(status("SSH-2.0-OpenSSH_9.2\r\n\r\n"), 400);
  EXPECT_EQ(status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(status(" GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /\r\n\r\n"), 400);
}

TEST_F(RequestLinesTest, RandomBytesAreRefused) {
  std::mt19937 random{7};
  for (int round = 0; round < 20; ++round) {
    std::string bytes(std::size_t{50} << 10, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    RawConnection connection{endpoint.port()};
    connection.send(bytes);
    EXPECT_TRUE(connection.is_closed_within(kPatience));
  }
}

TEST_F(RequestLinesTest, PipelinedRequestsAreServedOneByOne) {
  std::string requests;
  for (int i = 0; i < 999; ++i) requests += "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n";
  requests += "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  RawConnection connection{endpoint.port()};
  connection.send(requests);

  for (int i = 0; i < 999; ++i) ASSERT_EQ(connection.read_answer().body, "healthy\n") << i;
  EXPECT_EQ(connection.read_answer().status, 200);
  EXPECT_TRUE(connection.is_closed_within(kPatience));
}

TEST_F(RequestLinesTest, WhatAsksForMoreGetsThePlainAnswer) {
  EXPECT_EQ(status_of_get("Expect: 100-continue\r\n"), 200);
  EXPECT_EQ(status_of_get("Range: bytes=0-1\r\n"), 200);
  EXPECT_EQ(status_of_get("Connection: upgrade\r\nUpgrade: websocket\r\n"), 200);
  EXPECT_EQ(status_of_get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"), 200);
}

TEST_F(RequestLinesTest, AnyAcceptGetsText) {
  std::string clauses;
  for (int i = 0; i < 3'000; ++i) clauses += "a,";
  for (const auto& accept :
       {std::string{"a/b;q=abc"}, std::string{"text/plain;q=1e309"}, std::string{R"("\"",";,)"}, clauses}) {
    const Answer answer = get(endpoint.port(), "/metrics", "Accept: " + accept + "\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  }
  EXPECT_EQ(status_of_get("Accept: " + std::string(65'536, 'a') + "\r\n"), 431);
}

TEST_F(RequestLinesTest, CompressesOnlyForThoseWhoTakeIt) {
  const auto encoding = [&](const std::string& accepted) {
    return get(endpoint.port(), "/metrics", "Accept-Encoding: " + accepted + "\r\n").header("Content-Encoding");
  };
  EXPECT_EQ(encoding("gzip;q=0"), "(none)");
  EXPECT_EQ(encoding("GZIP"), "gzip");
  EXPECT_EQ(encoding("deflate\r\nAccept-Encoding: gzip"), "gzip");
}

TEST_F(RequestLinesTest, NothingThatTheClientSentComesBack) {
  const std::string answer = closing(
      "GET /metrics?injected HTTP/1.1\r\nHost: injected\r\nConnection: close\r\nUser-Agent: injected\r\n"
      "Accept: text/plain;version=0.0.4;escaping=\"injected%0d%0aEvil: injected\"\r\n\r\n");

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_EQ(answer.find("injected"), std::string::npos);
}

TEST_F(RequestLinesTest, NonsenseAsTimeoutIsIgnored) {
  for (const auto* timeout : {"-1", "nan", "inf", "1e308", "0x1", "", "0", "99999999999999999999", "1.2.3", "5"}) {
    EXPECT_EQ(status_of_get(std::string{"X-Prometheus-Scrape-Timeout-Seconds: "} + timeout + "\r\n"), 200) << timeout;
  }
}

TEST_F(RequestLinesTest, AQueryOfTenThousandNamesIsTooLong) {
  std::string query = "/metrics?";
  for (int i = 0; i < 10'000; ++i) query += "name[]=a&";
  EXPECT_EQ(status_of("GET " + query + " HTTP/1.1"), 414);
  EXPECT_EQ(status_of("GET /metrics?name[]=a&name[]=b HTTP/1.1"), 200);
}

TEST_F(RequestLinesTest, HeadHasTheHeadersOfGetAndNoBody) {
  const std::string answer = closing("HEAD /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_NE(answer.find("\r\nContent-Length: 8\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));

  const Answer metrics = request(endpoint.port(), "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_GT(std::stoi(metrics.header("Content-Length")), 100);
}

}  // namespace
}  // namespace vitals::testing
