#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <hiredis/hiredis.h>

#include <vitals/redis/pool.hpp>

#include "redis/pool/reply.hpp"
#include "redis/pool/socket.hpp"

namespace vitals::detail {

// One connection to Redis: a hiredis context, for its reader and for those who lease it, with its own I/O under one
// total deadline per command. hiredis's own I/O restarts its timeout with every byte and raises SIGPIPE. For one thread
// at a time. After a failure for which connection_failed() is true, it is good for nothing.
class RedisConnection {
 public:
  struct Command {
    std::span<const std::string_view> words;
    ReplyTypes answers;
  };

  // Connects, authenticates, selects the database.
  static RedisFailure open(const RedisOptions& options, std::span<const Address> addresses, Deadline deadline,
                           std::unique_ptr<RedisConnection>& opened);

  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;
  ~RedisConnection();

  // Sends one command and waits for its reply. Error replies are failures too, with the reply set.
  RedisFailure exchange(Command command, Deadline deadline, Reply& reply) noexcept;

  [[nodiscard]] int fd() const noexcept { return context_->fd; }
  [[nodiscard]] redisContext* context() const noexcept { return context_; }

  // For whoever leases the context: without this class's limit on the size of arrays.
  void lend() noexcept;
  // False if there is something to read where nothing is expected: as a rule, that the server has closed it.
  [[nodiscard]] bool quiet() const noexcept;
  // False if what the borrower left behind would be taken for the reply to the next command.
  [[nodiscard]] bool take_back() noexcept;

 private:
  explicit RedisConnection(redisContext* context) noexcept : context_{context} {}

  static RedisFailure connect(std::span<const Address> addresses, Deadline deadline, FileDescriptor& fd) noexcept;
  RedisFailure greet(const RedisOptions& options, Deadline deadline);
  void drop_unsent() noexcept;
  RedisFailure receive(ReplyTypes answers, Deadline deadline, Reply& reply) noexcept;
  RedisFailure parse(ReplyTypes answers, Reply& reply) noexcept;
  [[nodiscard]] bool unread() const noexcept { return context_->reader->pos != context_->reader->len; }

  redisContext* context_;
  std::string request_;          // reused
  long long elements_left_ = 0;  // that arrays in this reply may still have
};

}  // namespace vitals::detail
