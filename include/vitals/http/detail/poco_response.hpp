#pragma once

// Of <vitals/http/poco.hpp>; needs POCO Net's headers.
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/HTTPServerSession.h>

#include <vitals/http/detail/counting_stream.hpp>
#include <vitals/http/http_request.hpp>

namespace vitals::detail {

/// The response that a handler gets: its status and headers go to POCO's own when they are sent.
class PocoResponse final : public ::Poco::Net::HTTPServerResponse {
 public:
  PocoResponse(HTTPServerResponse& to, HttpRequest& timed) : to_{to}, timed_{timed} { pull(); }

  void sendContinue() override { to_.sendContinue(); }
  std::ostream& send() override {
    stamp();
    body_.pass_to(to_.send());
    pull();
    return body_;
  }
  void sendFile(const std::string& path, const std::string& type) override {
    stamp();
    to_.sendFile(path, type);
    pull();
    body_.add(static_cast<std::uint64_t>(getContentLength64()));
  }
  void sendBuffer(const void* data, std::size_t n) override {
    setContentLength64(static_cast<Poco::Int64>(n));
    setChunkedTransferEncoding(false);
    send().write(static_cast<const char*>(data), static_cast<std::streamsize>(n));
  }
  void redirect(const std::string& uri, HTTPStatus status = HTTP_FOUND) override {
    setStatusAndReason(status);
    set("Location", uri);
    sendBuffer("", 0);
  }
  void requireAuthentication(const std::string& realm) override {
    push();
    to_.requireAuthentication(realm);
    pull();
  }
  [[nodiscard]] bool sent() const override { return to_.sent(); }

  /// Has the handler answer the request, and records it.
  void take_from(::Poco::Net::HTTPRequestHandler& handler, ::Poco::Net::HTTPServerRequest& request) {
    const bool has_body = request.getMethod() != ::Poco::Net::HTTPRequest::HTTP_HEAD;
    try {
      handler.handleRequest(request, *this);
    } catch (...) {
      end(has_body);
      timed_.fail();
      throw;
    }
    end(has_body);
    auto* const impl = dynamic_cast<::Poco::Net::HTTPServerRequestImpl*>(&request);
    impl != nullptr && impl->session().networkException() != nullptr ? timed_.abandon() : timed_.finish(0);
  }

 private:
  void pull() { HTTPResponse::operator=(to_); }
  void push() { to_.HTTPResponse::operator=(*this); }
  void stamp() {
    timed_.stamp([this](auto name, auto value) { set(std::string{name}, std::string{value}); });
    push();
  }
  // What is still in the stream's buffer is written, as POCO would do next.
  void end(bool has_body) {
    body_.flush();
    if (sent()) timed_.status(to_.getStatus());
    if (has_body && body_) timed_.bytes_out(body_.bytes());
    to_.setKeepAlive(getKeepAlive());
  }

  HTTPServerResponse& to_;
  HttpRequest& timed_;
  CountingStream body_;
};

}  // namespace vitals::detail
