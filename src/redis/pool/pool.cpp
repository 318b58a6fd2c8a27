#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/un.h>

#include <vitals/redis/pool.hpp>

#include "redis/pool/pool_impl.hpp"
#include "redis/pool/socket.hpp"

namespace vitals {

namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument{std::string{"vitals::RedisPool: "} + what};
}

void check(const RedisOptions& options) {
  using std::chrono::milliseconds;
  if (options.unix_socket.empty()) {
    require(!options.host.empty(), "host is empty; give a host or a unix_socket");
    require(options.port > 0 && options.port < 65536, "port must be between 1 and 65535");
  } else {
    require(options.unix_socket.size() < sizeof(sockaddr_un::sun_path),
            "unix_socket is longer than the 107 bytes that a socket's path may have; use a shorter path");
  }
  require(options.username.empty() || !options.password.empty(), "username is set, but password is empty; set both");
  require(options.db >= 0, "db must not be negative");
  require(options.command_timeout > milliseconds::zero(), "command_timeout must be above 0");
  require(options.connect_timeout > milliseconds::zero(), "connect_timeout must be above 0");
  require(options.lease_wait >= milliseconds::zero(), "lease_wait must not be negative");
  require(options.size > 0 && options.size <= 10'000, "size must be between 1 and 10000");
  require(options.failures_to_open > 0, "failures_to_open must be above 0");
  require(options.retry_max > milliseconds::zero(), "retry_max must be above 0");
}

RedisOptions checked(RedisOptions options) {
  check(options);
  for (auto* limit : {&options.command_timeout, &options.connect_timeout, &options.lease_wait, &options.retry_max}) {
    *limit = std::min(*limit, detail::kLongest);
  }
  return options;
}

}  // namespace

RedisPool::RedisPool(Registry& registry, RedisOptions options)
    : impl_{std::make_unique<detail::RedisPoolImpl>(registry, checked(std::move(options)))} {}

RedisPool::~RedisPool() = default;

bool RedisPool::ping() noexcept { return impl_->ping(); }

RedisLease RedisPool::acquire() {
  RedisLease lease;
  detail::RedisPoolImpl::Leased leased = impl_->lend();
  lease.impl_ = impl_.get();
  lease.state_ = leased.state;
  lease.since_ = leased.since;
  lease.connection_ = std::move(leased.connection);
  return lease;
}

RedisLease::RedisLease() noexcept = default;
RedisLease::RedisLease(RedisLease&& other) noexcept = default;

RedisLease& RedisLease::operator=(RedisLease&& other) noexcept {
  std::swap(impl_, other.impl_);
  std::swap(state_, other.state_);
  std::swap(since_, other.since_);
  std::swap(connection_, other.connection_);
  return *this;
}

RedisLease::~RedisLease() {
  if (connection_ != nullptr) impl_->take_back({state_, std::move(connection_), true, since_});
}

redisContext* RedisLease::context() const noexcept { return connection_->context(); }

}  // namespace vitals
