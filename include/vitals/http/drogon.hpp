#pragma once

// For servers made with Drogon 1.9 or later: needs <drogon/drogon.h>. Can't see: the end of writing an answer, but of a
// stream, see request_of(); sizes of files, of streams, and of what was compressed; how long a request waited for those
// before it. Not counted: what a registerSyncAdvice() of yours answers, malformed requests, upgrades to WebSocket.
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <drogon/drogon.h>

#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {
namespace detail {

// Rides with its request, among the attributes. Drogon tells nothing of an answer that its client doesn't wait for: it
// drops request and answer.
struct DrogonRequest {
  HttpRequest request;
  std::exception_ptr error;  // that left the handler
  bool is_stream = false;    // and its answer has begun

  ~DrogonRequest() { is_stream ? request.finish() : request.abandon(); }

  static constexpr auto kKey = "vitals";
  static std::shared_ptr<DrogonRequest> of(const ::drogon::HttpRequestPtr& request) {
    const auto& attributes = request->attributes();
    return attributes->find(kKey) ? attributes->get<std::shared_ptr<DrogonRequest>>(kKey) : nullptr;
  }
};

inline auto drogon_headers(const ::drogon::HttpRequestPtr& request) {
  return [&request](std::string_view name) -> std::string_view { return request->getHeader(std::string{name}); };
}
inline auto drogon_adder(const ::drogon::HttpResponsePtr& response) {
  return [&response](auto name, auto value) { response->addHeader(std::string{name}, std::string{value}); };
}

}  // namespace detail

/// The request that is counted; holds nothing for one that isn't. Whoever keeps it delays the end of an answer by a
/// stream: keep it in the stream's callback, and call abandon() where that is told of an end before its own.
inline std::shared_ptr<HttpRequest> request_of(const ::drogon::HttpRequestPtr& request) {
  auto current = detail::DrogonRequest::of(request);
  return current ? std::shared_ptr<HttpRequest>{current, &current->request} : std::make_shared<HttpRequest>();
}

/// Counts and times the requests of the application, from its header and body to the moment before its answer is sent.
/// `endpoint` is the pattern of the handler, of which HttpMetrics learns those that HttpOptions doesn't list. Stands
/// before the exception handler that is set by then. REQUIRES: called before run(), after setExceptionHandler().
/// Lifetime: http must outlive the application's last request.
inline void instrument(::drogon::HttpAppFramework& app, HttpMetrics& http) {
  app.registerPreRoutingAdvice([&http](const ::drogon::HttpRequestPtr& request) {
    auto current = std::make_shared<detail::DrogonRequest>();
    const std::string_view method = request->isHead() ? "HEAD" : request->methodString();  // HEAD became GET
    current->request = http.start(method, request->path(), detail::drogon_headers(request));
    request->attributes()->insert(detail::DrogonRequest::kKey, std::move(current));
  });
  app.registerPreSendingAdvice([&http](const ::drogon::HttpRequestPtr& from, const ::drogon::HttpResponsePtr& to) {
    const auto current = detail::DrogonRequest::of(from);
    if (!current || !current->request) return;
    HttpRequest& request = current->request;
    if (const auto route = http.learn(from->matchedPathPattern()); route != http.unmatched()) request.route(route);
    request.status(to->statusCode());
    // A cached answer is one for many requests.
    to->expiredTime() >= 0 ? request.first_byte() : request.stamp(detail::drogon_adder(to));
    current->is_stream = to->streamCallback() && !from->isHead();
    if (current->error) return request.fail(current->error);
    if (current->is_stream) return;
    if (!from->isHead()) request.bytes_out(to->body().size());
    request.finish();
  });
  app.setExceptionHandler([users = app.getExceptionHandler()](const std::exception& error,
                                                              const ::drogon::HttpRequestPtr& request,
                                                              ::drogon::AdviceCallback&& answer) {
    if (const auto current = detail::DrogonRequest::of(request)) current->error = std::current_exception();
    users(error, request, std::move(answer));
  });
}

/// Serves the registry on the server itself; `name[]` in the query chooses families.
inline void mount(::drogon::HttpAppFramework& app, Registry& registry, const std::string& path = "/metrics") {
  auto serve = [&registry](const ::drogon::HttpRequestPtr& request, ::drogon::AdviceCallback&& answer) {
    ScrapeResponse scraped = scrape(registry, detail::drogon_headers(request), request->query());
    const auto response = ::drogon::HttpResponse::newHttpResponse();
    response->setStatusCode(static_cast<::drogon::HttpStatusCode>(scraped.status));
    response->setContentTypeString(scraped.content_type);
    if (!scraped.content_encoding.empty()) response->addHeader("Content-Encoding", scraped.content_encoding);
    response->setBody(std::move(scraped.body));
    answer(response);
  };
  app.registerHandler(path, std::move(serve), {::drogon::Get});  // which keeps a reference to what isn't moved
}

}  // namespace vitals
