#pragma once

// Of <vitals/http/pistache.hpp>; needs Pistache's headers.
#include <cstdint>
#include <exception>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <pistache/http.h>

#include <vitals/http/http_request.hpp>

namespace vitals {
namespace detail {

namespace pistache = ::Pistache::Http;
using PistacheRequest = std::shared_ptr<HttpRequest>;  // since what Pistache calls must be copyable

// The request that this thread is at, on its way from the server's handler to that of its route.
inline thread_local PistacheRequest pistache_request;

// A header of any name: Pistache sends those of its own types only.
struct PistacheHeader final : pistache::Header::Header {
  PistacheHeader(std::string_view name, std::string_view value) : of{name}, text{value} {}
  [[nodiscard]] const char* name() const override { return of.c_str(); }
  void write(std::ostream& to) const override { to << text; }
  [[nodiscard]] std::uint64_t hash() const override { return pistache::Header::detail::hash(name()); }

  std::string of, text;
};

inline auto pistache_adder(pistache::ResponseWriter& to) {
  return [&to](auto name, auto value) { to.headers().add(std::make_shared<PistacheHeader>(name, value)); };
}

}  // namespace detail

/// An answer in parts, as Pistache's ResponseStream. Recorded by ends(), or when it is destroyed.
class MeteredStream {
 public:
  MeteredStream(::Pistache::Http::ResponseStream stream, int status, detail::PistacheRequest request)
      : stream_{std::move(stream)}, status_{status}, request_{std::move(request)} {}

  void write(std::string_view chunk) {
    stream_.write(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    request_->bytes_out(chunk.size());
  }
  /// Throws std::runtime_error if the client has gone, as Pistache does.
  void flush() {
    stream_.flush();
    request_->status(status_);
  }
  void ends() {
    stream_.ends();
    request_->finish(status_);
  }

 private:
  ::Pistache::Http::ResponseStream stream_;
  int status_;
  detail::PistacheRequest request_;
};

/// Sends the answer to a request, on this thread or another, and records the request when it was written.
class MeteredWriter {
 public:
  MeteredWriter(::Pistache::Http::ResponseWriter writer, detail::PistacheRequest request)
      : writer_{std::move(writer)}, request_{std::move(request)} {}

  /// For headers, cookies, timeouts: what it sends itself is not seen.
  [[nodiscard]] ::Pistache::Http::ResponseWriter& writer() noexcept { return writer_; }

  ::Pistache::Async::Promise<ssize_t> send(::Pistache::Http::Code code, const std::string& body = {},
                                           const ::Pistache::Http::Mime::MediaType& mime = {}) {
    request_->stamp(detail::pistache_adder(writer_));
    auto sent = writer_.send(code, body, mime);
    sent.then(
        [request = request_, code, bytes = body.size()](ssize_t) {
          request->bytes_out(bytes);
          request->finish(static_cast<int>(code));
        },
        [request = request_](std::exception_ptr&) { request->abandon(); });
    return sent;
  }
  [[nodiscard]] MeteredStream stream(::Pistache::Http::Code code) {
    request_->stamp(detail::pistache_adder(writer_));
    return {writer_.stream(code), static_cast<int>(code), request_};
  }

 private:
  ::Pistache::Http::ResponseWriter writer_;
  detail::PistacheRequest request_;
};

}  // namespace vitals
