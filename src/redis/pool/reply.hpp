#pragma once

#include <memory>
#include <string_view>

#include <hiredis/hiredis.h>

namespace vitals::detail {

struct ReplyDeleter {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, ReplyDeleter>;

inline std::string_view text_of(const redisReply& reply) noexcept { return {reply.str, reply.len}; }

/// What a command may be answered with; anything else means that the replies belong to other commands.
using ReplyTypes = unsigned;
inline constexpr ReplyTypes kStringReply = 1U << REDIS_REPLY_STRING;
inline constexpr ReplyTypes kArrayReply = 1U << REDIS_REPLY_ARRAY;
inline constexpr ReplyTypes kIntegerReply = 1U << REDIS_REPLY_INTEGER;
inline constexpr ReplyTypes kNilReply = 1U << REDIS_REPLY_NIL;
inline constexpr ReplyTypes kStatusReply = 1U << REDIS_REPLY_STATUS;

}  // namespace vitals::detail
