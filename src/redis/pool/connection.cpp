#include "redis/pool/connection.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace vitals::detail {

namespace {

// How many elements a reply may have. A hostile reply of 13 bytes, `*2147483647`, would make hiredis reserve 16 GB and
// spend seconds to free them.
constexpr long long kMaxElements = 1 << 17;
constexpr int kMaxDepth = 8;  // hiredis frees nested arrays by recursion; SCAN's reply has two levels
constexpr std::size_t kMaxReplyBytes = std::size_t{64} << 20;
// A request buffer that has grown larger, for one large value, is freed.
constexpr std::size_t kKeptRequestBytes = std::size_t{64} << 10;

redisReplyObjectFunctions* hiredis_functions = nullptr;

bool too_deep(const redisReadTask* task) noexcept {
  int depth = 1;
  while (depth <= kMaxDepth && (task = task->parent) != nullptr) ++depth;
  return depth > kMaxDepth;
}

// hiredis's own functions that make replies, but arrays are limited. The element count is an int in hiredis 0.14 and a
// size_t in 1.x: hence auto.
redisReplyObjectFunctions* limited_functions(redisReplyObjectFunctions* original) noexcept {
  static redisReplyObjectFunctions limited = [original] {
    hiredis_functions = original;
    redisReplyObjectFunctions functions = *original;
    functions.createArray = [](const redisReadTask* task, auto elements) -> void* {
      auto& left = *static_cast<long long*>(task->privdata);
      left -= static_cast<long long>(elements);
      return left < 0 || too_deep(task) ? nullptr : hiredis_functions->createArray(task, elements);
    };
    return functions;
  }();
  return &limited;
}

void append_header(std::string& out, char kind, std::size_t n) {
  char digits[24];
  out += kind;
  out.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
  out += "\r\n";
}

// https://redis.io/docs/latest/develop/reference/protocol-spec/: a command is an array of bulk strings.
void append_command(std::string& out, std::span<const std::string_view> words) {
  append_header(out, '*', words.size());
  for (const std::string_view argument : words) {
    append_header(out, '$', argument.size());
    out += argument;
    out += "\r\n";
  }
}

}  // namespace

RedisFailure RedisConnection::connect(std::span<const Address> addresses, Deadline deadline,
                                      FileDescriptor& fd) noexcept {
  RedisFailure failure = RedisFailure::Resolve;
  while (!addresses.empty()) {
    // One address that swallows packets must not use up the time of the others.
    const auto now = std::chrono::steady_clock::now();
    failure = connect_to(addresses.front(), now + (deadline - now) / static_cast<long>(addresses.size()), fd);
    if (failure == RedisFailure::None) break;
    addresses = addresses.subspan(1);
  }
  return failure;
}

RedisFailure RedisConnection::open(const RedisOptions& options, std::span<const Address> addresses, Deadline deadline,
                                   std::unique_ptr<RedisConnection>& opened) {
  FileDescriptor fd;
  if (const RedisFailure failure = connect(addresses, deadline, fd); failure != RedisFailure::None) return failure;
  ContextPtr context{redisConnectFd(fd.get())};
  if (context == nullptr) return RedisFailure::Connect;
  if (context->err != 0) {
    redisFreeKeepFd(context.release());
    return RedisFailure::Connect;
  }
  fd.release();
  std::unique_ptr<RedisConnection> connection{new RedisConnection{std::move(context)}};
  const RedisFailure failure = connection->greet(options, deadline);
  if (failure == RedisFailure::None) opened = std::move(connection);
  return failure;
}

RedisConnection::RedisConnection(ContextPtr context) noexcept : context_{std::move(context)} {
  context_->reader->privdata = &elements_left_;
  context_->reader->fn = limited_functions(context_->reader->fn);
}

RedisFailure RedisConnection::greet(const RedisOptions& options, Deadline deadline) {
  // For the commands of users, who have the context on loan; exchange() has its deadline.
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(options.command_timeout).count();
  if (redisSetTimeout(context_.get(),
                      {static_cast<time_t>(us / 1'000'000), static_cast<suseconds_t>(us % 1'000'000)}) != REDIS_OK) {
    return RedisFailure::Connect;
  }
  Reply reply;
  if (!options.password.empty()) {
    const std::array<std::string_view, 3> auth{"AUTH", options.username, options.password};
    const std::array<std::string_view, 2> legacy{"AUTH", options.password};  // servers before 6 know no user names
    const std::span<const std::string_view> words =
        options.username.empty() ? std::span<const std::string_view>{legacy} : auth;
    const auto failure = exchange({words, kStatusReply}, deadline, reply);
    if (failure != RedisFailure::None) return connection_failed(failure) ? failure : RedisFailure::Auth;
  }
  if (options.db != 0) {
    const std::string number = std::to_string(options.db);
    const std::string_view select[] = {"SELECT", number};
    const RedisFailure failure = exchange({select, kStatusReply}, deadline, reply);
    if (failure != RedisFailure::None) return connection_failed(failure) ? failure : RedisFailure::Connect;
  }
  return RedisFailure::None;
}

RedisFailure RedisConnection::exchange(Command command, Deadline deadline, Reply& reply) noexcept {
  const RedisFailure failure = send_and_receive(command, deadline, reply);
  if (proven_ || connection_failed(failure)) return failure;
  if (failure != RedisFailure::None) {
    // Is this the answer to the command, or all that the server has to say? It sends its error without waiting for a
    // command, and its close may come later: only another command tells.
    constexpr std::string_view kPing[] = {"PING"};
    Reply pong;
    const RedisFailure alive = send_and_receive({kPing, kStatusReply}, deadline, pong);
    if (connection_failed(alive)) return alive == RedisFailure::Timeout ? alive : RedisFailure::Connect;
  }
  proven_ = true;
  return failure;
}

RedisFailure RedisConnection::send_and_receive(Command command, Deadline deadline, Reply& reply) noexcept {
  request_.clear();
  try {
    append_command(request_, command.words);
  } catch (...) {
    return RedisFailure::Io;  // no memory; the connection is given up although nothing was sent on it
  }
  RedisFailure failure = send_all(fd(), request_, deadline);
  if (request_.capacity() > kKeptRequestBytes) request_ = std::string{};  // {} alone would keep the memory
  if (failure == RedisFailure::None) failure = receive(command.answers, deadline, reply);
  if (failure == RedisFailure::Timeout) drop_unsent();
  return failure;
}

// Makes the close that follows throw away what the kernel has not sent yet: nobody waits for it any more.
void RedisConnection::drop_unsent() noexcept {
  constexpr linger kAtOnce{1, 0};
  (void)::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &kAtOnce, sizeof kAtOnce);
}

RedisFailure RedisConnection::receive(ReplyTypes answers, Deadline deadline, Reply& reply) noexcept {
  elements_left_ = kMaxElements;
  std::size_t received = 0;
  char buffer[16 * 1024];
  for (;;) {
    if (!wait_for(fd(), POLLIN, deadline)) return RedisFailure::Timeout;
    const ssize_t n = ::recv(fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) continue;
    if (n <= 0) {
      const bool closed = n == 0 || errno == ECONNRESET || errno == EPIPE;
      return closed && received == 0 ? RedisFailure::Closed : RedisFailure::Io;
    }
    received += static_cast<std::size_t>(n);
    if (received > kMaxReplyBytes) return RedisFailure::Protocol;
    if (redisReaderFeed(context_->reader, buffer, static_cast<std::size_t>(n)) != REDIS_OK)
      return RedisFailure::Protocol;
    const RedisFailure failure = parse(answers, reply);
    if (failure != RedisFailure::None || reply != nullptr) return failure;
  }
}

RedisFailure RedisConnection::parse(ReplyTypes answers, Reply& reply) noexcept {
  void* parsed = nullptr;
  const int status = redisReaderGetReply(context_->reader, &parsed);
  reply.reset(static_cast<redisReply*>(parsed));
  if (status != REDIS_OK) return RedisFailure::Protocol;
  if (reply == nullptr) return RedisFailure::None;
  // More than one reply: from here on every reply would be taken for that of another command.
  if (unread()) return RedisFailure::Protocol;
  if (reply->type == REDIS_REPLY_ERROR) return classify_error_reply(text_of(*reply));
  return (answers >> static_cast<unsigned>(reply->type) & 1U) != 0 ? RedisFailure::None : RedisFailure::Protocol;
}

void RedisConnection::lend() noexcept { context_->reader->fn = hiredis_functions; }

bool RedisConnection::quiet() const noexcept {
  pollfd poll{fd(), POLLIN, 0};
  return ::poll(&poll, 1, 0) == 0;
}

bool RedisConnection::take_back() noexcept {
  context_->reader->fn = limited_functions(hiredis_functions);
  if (context_->err != 0 || unread()) return false;
  const bool unsent = context_->obuf != nullptr && context_->obuf[0] != '\0';
  return !unsent && quiet();
}

}  // namespace vitals::detail
