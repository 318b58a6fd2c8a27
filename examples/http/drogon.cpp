// A service made with Drogon that counts and times its requests and serves the metrics itself.
#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <drogon/drogon.h>

#include <vitals/http/drogon.hpp>
#include <vitals/vitals.hpp>

namespace {

using drogon::Get;
using drogon::HttpRequestPtr;
using drogon::HttpResponse;
using drogon::HttpResponsePtr;
using drogon::HttpStatusCode;
using Answer = std::function<void(const HttpResponsePtr&)>;

HttpResponsePtr text(int status, std::string body) {
  auto response = HttpResponse::newHttpResponse();
  response->setStatusCode(static_cast<HttpStatusCode>(status));
  response->setContentTypeCode(drogon::CT_TEXT_PLAIN);
  response->setBody(std::move(body));
  return response;
}

HttpResponsePtr stream(const HttpRequestPtr& request) {
  // [example]
  // Drogon calls it until it gives nothing, then once more without a buffer; the latter alone if the client has gone.
  auto chunk = [n = 0, timed = vitals::request_of(request)](char* buffer, std::size_t size) mutable -> std::size_t {
    if (buffer == nullptr) {
      if (n < 5) timed->abandon();
      timed.reset();
      return 0;
    }
    if (n == 5) return 0;
    if (n++ > 0) std::this_thread::sleep_for(std::chrono::milliseconds{20});
    std::fill_n(buffer, std::min<std::size_t>(size, 1'000), 'x');
    timed->bytes_out(1'000);
    return 1'000;
  };
  // [example]
  return HttpResponse::newStreamResponse(chunk, "", drogon::CT_TEXT_PLAIN);
}

void add_handlers(drogon::HttpAppFramework& app) {
  app.registerHandler("/users/{id}",
                      [](const HttpRequestPtr&, Answer&& answer, const std::string& id) {
                        answer(id == "0" ? text(404, "") : text(200, "user " + id + "\n"));
                      },
                      {Get});
  app.registerHandler(
      "/users",
      [](const HttpRequestPtr& request, Answer&& answer) { answer(text(201, std::to_string(request->body().size()))); },
      {drogon::Post});
  app.registerHandler("/fail", [](const HttpRequestPtr&, Answer&& answer) { answer(text(500, "")); }, {Get});
  app.registerHandler("/throw", [](const HttpRequestPtr&, Answer&&) { throw std::runtime_error{"no such luck"}; },
                      {Get});
  app.registerHandler("/stream", [](const HttpRequestPtr& request, Answer&& answer) { answer(stream(request)); },
                      {Get});
  app.registerHandler("/slow",
                      [](const HttpRequestPtr&, Answer&& answer) {
                        drogon::app().getLoop()->runAfter(
                            0.3, [answer = std::move(answer)] { answer(text(200, std::string(1 << 20, 'x'))); });
                      },
                      {Get});
}

}  // namespace

int main(int, char** argv) {
  vitals::Registry registry;
  vitals::HttpOptions counted{.routes = {"/users/{id}", "POST /users", "/fail", "/throw", "/stream", "/slow"}};
  counted.time_to_first_byte = counted.sizes = counted.exceptions = counted.aborts = counted.exemplars = true;
  vitals::HttpMetrics http{registry, counted};

  auto& app = drogon::app();
  // [example]
  vitals::instrument(app, http);
  vitals::mount(app, registry);
  // [example]
  add_handlers(app);
  app.addListener("127.0.0.1", static_cast<std::uint16_t>(std::stoi(argv[1])));
  app.setThreadNum(2);
  app.setLogLevel(trantor::Logger::kFatal);
  // The advice comes before Drogon tells its loops to listen, what it queues after that.
  const auto say = [argv] { std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl; };
  app.registerBeginningAdvice(
      [say] { drogon::app().getLoop()->queueInLoop([say] { drogon::app().getIOLoop(0)->queueInLoop(say); }); });
  app.run();
}
