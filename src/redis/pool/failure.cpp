#include "redis/pool/failure.hpp"

#include <utility>

namespace vitals::detail {

std::string_view error_type(RedisFailure failure) noexcept {
  switch (failure) {
    case RedisFailure::None:
      return "none";
    case RedisFailure::BreakerOpen:
      return "breaker_open";
    case RedisFailure::PoolBusy:
      return "pool_busy";
    case RedisFailure::Resolve:
      return "resolve";
    case RedisFailure::Connect:
      return "connect";
    case RedisFailure::Timeout:
      return "timeout";
    case RedisFailure::Closed:
    case RedisFailure::Io:
      return "io";
    case RedisFailure::Protocol:
      return "protocol";
    case RedisFailure::Auth:
      return "auth";
    case RedisFailure::ReadOnly:
      return "readonly";
    case RedisFailure::Oom:
      return "oom";
    case RedisFailure::Moved:
      return "moved";
    case RedisFailure::Loading:
      return "loading";
    case RedisFailure::WrongType:
      return "wrongtype";
    case RedisFailure::UnknownCommand:
    case RedisFailure::Server:
      return "server";
    case RedisFailure::Decode:
      return "decode";
    case RedisFailure::Encode:
      return "encode";
  }
  return "server";
}

RedisFailure classify_error_reply(std::string_view text) noexcept {
  static constexpr std::pair<std::string_view, RedisFailure> kCodes[] = {
      {"WRONGTYPE", RedisFailure::WrongType}, {"NOAUTH", RedisFailure::Auth},       {"WRONGPASS", RedisFailure::Auth},
      {"NOPERM", RedisFailure::Server},       {"READONLY", RedisFailure::ReadOnly}, {"OOM", RedisFailure::Oom},
      {"MOVED", RedisFailure::Moved},         {"ASK", RedisFailure::Moved},         {"LOADING", RedisFailure::Loading},
  };
  const std::string_view code = text.substr(0, text.find(' '));
  for (const auto& [name, failure] : kCodes) {
    if (code == name) return failure;
  }
  return text.starts_with("ERR unknown command") ? RedisFailure::UnknownCommand : RedisFailure::Server;
}

}  // namespace vitals::detail
