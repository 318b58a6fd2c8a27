// The examples of docs/http.md.
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// A server's own.
struct Request {
  std::map<std::string, std::string, std::less<>> headers;
  std::string target;

  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view{} : found->second;
  }
  [[nodiscard]] std::string_view query() const { return vitals::detail::query_of(target); }
};
struct Response {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;
  std::string body;

  void set_header(std::string_view name, std::string_view value) { headers.emplace(name, value); }
};

// [example]
// Request and Response are those of your server; header() gives "" for a header that was not sent.
Response metrics(vitals::Registry& registry, const Request& request) {
  const auto header = [&](std::string_view name) -> std::string_view { return request.header(name); };
  vitals::ScrapeResponse answer = vitals::scrape(registry, header, request.query());
  Response response;
  response.status = answer.status;
  answer.headers([&](std::string_view name, std::string_view value) { response.set_header(name, value); });
  response.body = std::move(answer.body);
  return response;
}
// [example]

TEST(HttpGuide, ServesMetricsOnAServerOfItsOwn) {
  vitals::Registry registry;
  registry.counter("a_total", "A.").inc();
  registry.counter("b_total", "B.").inc();

  const Response response =
      metrics(registry, {.headers = {{"accept", "application/openmetrics-text"}}, .target = "/m?name[]=a_total"});

  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers.at("Content-Type"), HasSubstr("openmetrics"));
  EXPECT_THAT(response.body, HasSubstr("a_total 1"));
  EXPECT_EQ(response.body.find("b_total"), std::string::npos);
}

class Lines {
 public:
  void add(std::string line) {
    const std::lock_guard lock{mutex_};
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] std::vector<std::string> all() {
    const std::lock_guard lock{mutex_};
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};
Lines lines;
void log(std::string line) { lines.add(std::move(line)); }

vitals::EndpointOptions told() {
  // [example]
  vitals::EndpointOptions options;
  options.on_event = [](const vitals::EndpointEvent& event) {
    std::string line{event.message};
    if (event.left_out > 0) line += " (and " + std::to_string(event.left_out) + " of this kind before)";
    log(line);
  };
  options.on_request = [](const vitals::EndpointRequest& request) {
    if (request.status >= 400)
      log(std::string{request.client} + ' ' + std::string{request.path} + ' ' + std::to_string(request.status));
  };
  // [example]
  return options;
}

TEST(HttpGuide, LogsWhatAnEndpointTells) {
  vitals::Registry registry;
  auto options = told();
  options.port = 0;
  options.health = []() -> std::string { throw std::runtime_error{"no database"}; };
  const vitals::Endpoint endpoint{registry, options};

  EXPECT_EQ(vitals::testing::get(endpoint.port(), "/-/healthy").status, 500);

  EXPECT_TRUE(vitals::testing::eventually([] { return lines.all().size() >= 2; }));
  EXPECT_THAT(lines.all(), Contains("vitals::Endpoint: the function of /-/healthy threw: no database"));
  EXPECT_THAT(lines.all(), Contains("127.0.0.1 /-/healthy 500"));
}

}  // namespace
