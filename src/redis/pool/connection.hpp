#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <hiredis/hiredis.h>

#include <vitals/redis/pool.hpp>

#include "redis/pool/failure.hpp"
#include "redis/pool/reply.hpp"
#include "redis/pool/socket.hpp"

namespace vitals::detail {

/// One connection to Redis, with one deadline for a whole command. For one thread at a time. After a failure for which
/// connection_failed() is true it must not be used again.
//
// It uses hiredis's context for its parser of replies, and lends it to users, but does its own I/O: hiredis's restarts
// its timeout with every byte and raises SIGPIPE.
class RedisConnection {
 public:
  /// A command and what it may be answered with.
  struct Command {
    std::span<const std::string_view> words;
    ReplyTypes answers;
  };

  /// Connects, authenticates, selects the database. `opened` is set if nothing failed.
  static RedisFailure open(const RedisOptions& options, std::span<const Address> addresses, Deadline deadline,
                           std::unique_ptr<RedisConnection>& opened);

  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  /// Sends one command and waits for its reply. Error replies are failures too, with the reply set; but one that a
  /// server gives to a new connection before it closes it, having too many clients for instance, is Connect.
  RedisFailure exchange(Command command, Deadline deadline, Reply& reply) noexcept;

  [[nodiscard]] int fd() const noexcept { return context_->fd; }
  [[nodiscard]] redisContext* context() const noexcept { return context_.get(); }

  /// Prepares the context for commands of a user: without this class's limit on the size of arrays.
  void lend() noexcept;
  /// Ends lend(). False if what the user left behind would be taken for the reply to the next command.
  [[nodiscard]] bool take_back() noexcept;
  /// False if there is something to read although nothing was asked: as a rule, that the server has closed the
  /// connection.
  [[nodiscard]] bool quiet() const noexcept;

 private:
  struct ContextDeleter {
    void operator()(redisContext* context) const noexcept { redisFree(context); }
  };
  using ContextPtr = std::unique_ptr<redisContext, ContextDeleter>;

  explicit RedisConnection(ContextPtr context) noexcept;

  static RedisFailure connect(std::span<const Address> addresses, Deadline deadline, FileDescriptor& fd) noexcept;
  RedisFailure greet(const RedisOptions& options, Deadline deadline);
  RedisFailure send_and_receive(Command command, Deadline deadline, Reply& reply) noexcept;
  void drop_unsent() noexcept;
  RedisFailure receive(ReplyTypes answers, Deadline deadline, Reply& reply) noexcept;
  RedisFailure parse(ReplyTypes answers, Reply& reply) noexcept;
  [[nodiscard]] bool unread() const noexcept { return context_->reader->pos != context_->reader->len; }

  ContextPtr context_;
  std::string request_;          // kept for its memory
  bool proven_ = false;          // the server has answered on this connection, and not only to send it away
  long long elements_left_ = 0;  // how many more elements the arrays in this reply may have
};

}  // namespace vitals::detail
