#include "redis/pool/failure.hpp"

#include <cstddef>
#include <utility>

namespace vitals::detail {

std::string_view error_type(RedisFailure failure) noexcept {
  // In the order of the enumerators.
  static constexpr std::string_view kTypes[] = {"none",     "breaker_open", "pool_busy", "resolve",  "connect",
                                                "timeout",  "io",           "io",        "protocol", "auth",
                                                "readonly", "oom",          "moved",     "loading",  "wrongtype",
                                                "server",   "server",       "decode",    "encode"};
  static_assert(std::size(kTypes) == static_cast<std::size_t>(RedisFailure::Encode) + 1);
  return kTypes[static_cast<std::size_t>(failure)];
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
