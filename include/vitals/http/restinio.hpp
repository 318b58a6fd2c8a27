#pragma once

// For servers made with RESTinio, 0.6.16 or later: needs <restinio/all.hpp>. Each handler is wrapped by metered(), and
// answers by done() or as done() does. Routes are those that HttpOptions lists, since RESTinio doesn't tell the one
// that matched. Not seen: requests that RESTinio refuses itself (malformed, unknown methods); the upload of a body;
// whether a client that went away got any of the answer, which counts with its status; the size of an answer, unless
// done() is told. A handler that answers past the adapter counts as `_OTHER`.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <restinio/all.hpp>

#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {
namespace detail {

// RESTinio may have a string_view of its own.
template <class Text>
std::string_view from_restinio(const Text& text) noexcept {
  return {text.data(), text.size()};
}

template <class Header>
auto restinio_headers(const Header& header) {
  return [&header](std::string_view name) {
    const auto value = header.opt_value_of(::restinio::string_view_t{name.data(), name.size()});
    return value ? from_restinio(*value) : std::string_view{};
  };
}
template <class Builder>
auto restinio_adder(Builder& builder) {
  return [&builder](auto name, auto value) { builder.append_header(std::string{name}, std::string{value}); };
}

}  // namespace detail

/// A handler that counts and times the requests to this one, handler(request, …, HttpRequest& timed), which hands
/// `timed` to done(), or moves it to where it answers later. An exception that it throws counts as 500, though RESTinio
/// closes the connection without an answer; request_rejected() as 501, which RESTinio answers.
/// Lifetime: http must outlive the server.
template <class Handler>
auto metered(HttpMetrics& http, Handler handler) {
  return [&http, handler = std::move(handler)](auto request, auto... params) {
    const auto& header = request->header();
    HttpRequest timed = http.start(header.method().c_str(), header.request_target(), detail::restinio_headers(header));
    if (request->chunked_input_info() != nullptr) timed.bytes_in(request->body().size());  // else: Content-Length
    const auto result = timed.guard([&] { return handler(std::move(request), std::move(params)..., timed); });
    timed.finish(result == ::restinio::request_rejected() ? 501 : 0);  // unless it was moved
    return result;
  };
}

/// The header of the answer is about to be sent: gives it X-Response-Time, as HttpOptions has it, and tells its status.
template <class Builder>
void stamp(HttpRequest& request, Builder& builder) {
  request.status(builder.header().status_code().raw_code());
  request.stamp(detail::restinio_adder(builder));
}

/// For a builder's done(): records the request when the answer was written, with this many bytes of body.
inline ::restinio::write_status_cb_t written(HttpRequest request, std::uint64_t bytes = 0) {
  const auto shared = std::make_shared<HttpRequest>(std::move(request));
  return [shared, bytes](const auto& error) {
    if (error) return shared->abandon();
    shared->bytes_out(bytes);
    shared->finish();
  };
}

/// Builder's done(), which records the request. An answer in parts instead: stamp(), flush(), …, done(written()).
template <class Builder>
::restinio::request_handling_status_t done(HttpRequest& request, Builder&& builder, std::uint64_t bytes = 0) {
  stamp(request, builder);
  return builder.done(written(std::move(request), bytes));
}

/// Serves the registry on the server itself, for express_router_t and its like.
template <class Router>
void mount(Router& router, Registry& registry, const std::string& path = "/metrics") {
  router.http_get(path, [&registry](const auto& request, const auto&) {
    const auto& header = request->header();
    const auto scraped = scrape(registry, detail::restinio_headers(header), detail::from_restinio(header.query()));
    auto response = request->create_response(
        ::restinio::http_status_line_t{::restinio::http_status_code_t{static_cast<std::uint16_t>(scraped.status)},
                                       scraped.status == 200 ? "OK" : "Error"});
    scraped.headers(detail::restinio_adder(response));
    return response.set_body(scraped.body).done();
  });
}

}  // namespace vitals
