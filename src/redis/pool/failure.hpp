#pragma once

#include <string_view>

namespace vitals::detail {

/// What can go wrong between a cache call and its value. The order groups them: see bypassed() and connection_failed().
enum class RedisFailure {
  None,
  // Redis was not asked.
  BreakerOpen,
  PoolBusy,
  // The connection is of no use any more.
  Resolve,
  Connect,
  Timeout,
  Closed,  // by the server, before any byte of the reply: a connection from the pool may merely have become too old
  Io,
  Protocol,
  Auth,
  // Redis answered, with an error.
  ReadOnly,
  Oom,
  Moved,
  Loading,
  WrongType,
  UnknownCommand,
  Server,
  // The value is of no use.
  Decode,
  Encode,
};

/// Redis was not asked.
constexpr bool bypassed(RedisFailure failure) noexcept {
  return failure == RedisFailure::BreakerOpen || failure == RedisFailure::PoolBusy;
}

/// The failures that count for the circuit breaker.
constexpr bool connection_failed(RedisFailure failure) noexcept {
  return failure >= RedisFailure::Resolve && failure <= RedisFailure::Auth;
}

/// The connection must not be used again.
constexpr bool discards_connection(RedisFailure failure) noexcept {
  // READONLY comes from a replica that was the master: the next connection may reach the new one.
  return connection_failed(failure) || failure == RedisFailure::ReadOnly;
}

/// The value of the label error_type.
std::string_view error_type(RedisFailure failure) noexcept;

/// By the first word of an error reply, which is Redis's error code.
RedisFailure classify_error_reply(std::string_view text) noexcept;

}  // namespace vitals::detail
