#pragma once

#include <memory>

struct redisReply;

namespace vitals::detail {

struct ReplyDeleter {
  void operator()(redisReply* reply) const noexcept;
};
using Reply = std::unique_ptr<redisReply, ReplyDeleter>;

}  // namespace vitals::detail
