#include "redis/pool/connection.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>

#include "redis/redis_test.hpp"

namespace vitals::detail {

namespace {

using namespace std::chrono_literals;

class ConnectionTest : public test::WithRedis {
 protected:
  std::unique_ptr<RedisConnection> open() {
    const Address address = unix_address(server->unix_socket());
    std::unique_ptr<RedisConnection> connection;
    EXPECT_EQ(RedisConnection::open(patient(), {&address, 1}, test::Clock::now() + 30s, connection),
              RedisFailure::None);
    return connection;
  }
};

// hiredis 0.14 has a limit of its own, so its reader can't be fed the reply that hiredis 1.x would take.
TEST_F(ConnectionTest, ArraysInArraysAreRefusedAboveEightLevels) {
  const auto connection = open();
  static constexpr std::string_view kPing[] = {"PING"};
  Reply pong;  // from here on there is an allowance of elements
  ASSERT_EQ(connection->exchange({kPing, kStatusReply}, test::Clock::now() + 30s, pong), RedisFailure::None);
  const redisReader& reader = *connection->context()->reader;
  std::array<redisReadTask, 9> tasks{};
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].type = REDIS_REPLY_ARRAY;
    tasks[i].elements = 1;
    tasks[i].parent = i == 0 ? nullptr : &tasks[i - 1];
    tasks[i].privdata = reader.privdata;
    tasks[i].obj = reader.fn->createArray(&tasks[i], 1);

    EXPECT_EQ(tasks[i].obj != nullptr, i < 8) << i;
  }
  reader.fn->freeObject(tasks[0].obj);
}

// A server that reads nothing, with room for little: most of the command stays on this side.
TEST(Connection, CommandThatWasGivenUpIsNotDeliveredLater) {
  const FileDescriptor listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int room = 4096;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&name), size), 0);
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  Address address;
  std::memcpy(&address.storage, &name, size);
  address.size = size;
  std::unique_ptr<RedisConnection> connection;
  ASSERT_EQ(RedisConnection::open({}, {&address, 1}, test::Clock::now() + 30s, connection), RedisFailure::None);
  const FileDescriptor server{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  const std::string value(100'000, 'x');
  const std::string_view words[] = {"SET", "key", value};
  Reply reply;

  EXPECT_EQ(connection->exchange({words, kStatusReply}, test::Clock::now() + 100ms, reply), RedisFailure::Timeout);
  connection.reset();

  std::size_t received = 0;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = ::recv(server.get(), buffer.data(), buffer.size(), 0)) > 0;)
    received += static_cast<std::size_t>(n);
  EXPECT_LT(received, value.size());
}

}  // namespace

}  // namespace vitals::detail
