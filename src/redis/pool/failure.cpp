#include "redis/pool/failure.hpp"

#include <utility>

namespace vitals::detail {

std::string_view error_type(RedisFailure failure) noexcept {
  switch (failure) {
    case RedisFailure::kNone:
      return "none";
    case RedisFailure::kBreakerOpen:
      return "breaker_open";
    case RedisFailure::kPoolBusy:
      return "pool_busy";
    case RedisFailure::kResolve:
      return "resolve";
    case RedisFailure::kConnect:
      return "connect";
    case RedisFailure::kTimeout:
      return "timeout";
    case RedisFailure::kClosed:
    case RedisFailure::kIo:
      return "io";
    case RedisFailure::kProtocol:
      return "protocol";
    case RedisFailure::kAuth:
      return "auth";
    case RedisFailure::kReadOnly:
      return "readonly";
    case RedisFailure::kOom:
      return "oom";
    case RedisFailure::kMoved:
      return "moved";
    case RedisFailure::kLoading:
      return "loading";
    case RedisFailure::kWrongType:
      return "wrongtype";
    case RedisFailure::kUnknownCommand:
    case RedisFailure::kServer:
      return "server";
    case RedisFailure::kDecode:
      return "decode";
    case RedisFailure::kEncode:
      return "encode";
  }
  return "server";
}

RedisFailure classify_error_reply(std::string_view text) noexcept {
  static constexpr std::pair<std::string_view, RedisFailure> kCodes[] = {
      {"WRONGTYPE", RedisFailure::kWrongType}, {"NOAUTH", RedisFailure::kAuth},
      {"WRONGPASS", RedisFailure::kAuth},      {"NOPERM", RedisFailure::kServer},
      {"READONLY", RedisFailure::kReadOnly},   {"OOM", RedisFailure::kOom},
      {"MOVED", RedisFailure::kMoved},         {"ASK", RedisFailure::kMoved},
      {"LOADING", RedisFailure::kLoading},
  };
  const std::string_view code = text.substr(0, text.find(' '));
  for (const auto& [name, failure] : kCodes) {
    if (code == name) return failure;
  }
  return text.starts_with("ERR unknown command") ? RedisFailure::kUnknownCommand : RedisFailure::kServer;
}

}  // namespace vitals::detail
