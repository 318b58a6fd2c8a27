#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals {

// What an Endpoint gives to functions of the program, and takes from them.

/// What an endpoint tells beside its answers.
struct EndpointEvent {
  enum class Kind : std::uint8_t {
    Refused,           ///< a client was turned away: no connection could make room
    Evicted,           ///< a client's connection made room for another
    NotAllowed,        ///< a client is in none of allowed_networks, or asked for none of allowed_hosts
    LoginFailed,       ///< a client has sent a wrong name, password or token
    HandshakeFailed,   ///< a client has failed in the handshake of TLS
    OutOfDescriptors,  ///< the process has none left
    ListenerFailed,    ///< a listener died, and is opened anew
    PageFailed,        ///< a page of the program, or its health, threw, gave what is none, or was not there in time
    FileTaken,         ///< a file of TLS, passwords or web.yml changed, and was taken over
    FileKeptOut,       ///< it could not be: what was before is kept
    CertificateEnds,   ///< the endpoint's own ends within 7 days, or has ended: told at start, then once a day
    Unprotected,  ///< web_config_file asks neither for TLS nor for a login, and no other option does: told at start
  };
  Kind kind;
  std::string_view client;   ///< as EndpointRequest has it; empty: it is about none
  std::string_view message;  ///< a line without its end, for a log
  std::size_t left_out;      ///< how many of its kind were not told since the last one
};

/// A request that an endpoint has answered.
struct EndpointRequest {
  std::string_view client;  ///< "192.0.2.7", "2001:db8::1", "user 1000" of a Unix socket
  std::string_view method;  ///< "GET", "HEAD", or empty: what came was no request
  std::string_view path;    ///< of one of the endpoint's pages, without the query; empty: it named none
  int status;
  std::size_t bytes;                   ///< of the body as it was sent
  std::chrono::microseconds duration;  ///< from the end of its head to the end of the answer
};

/// An answer of a page of the program's own. A plain value.
struct EndpointAnswer {
  int status = 200;  ///< 200 to 599, but 204 and 304, which have no body
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
};

}  // namespace vitals
