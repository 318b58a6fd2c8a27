#pragma once

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <vitals/redis.hpp>
#include <vitals/vitals.hpp>

#include "support/redis_server.hpp"

namespace vitals::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Looks at a server past the cache, by hiredis alone.
class Probe {
 public:
  explicit Probe(const RedisServer& server) : context_{redisConnectUnix(server.unix_socket().c_str()), redisFree} {}

  /// The reply as text; nothing for nil and for a broken connection.
  std::optional<std::string> operator()(const std::vector<std::string>& words) {
    std::vector<const char*> argv;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      argv.push_back(word.data());
      sizes.push_back(word.size());
    }
    const std::unique_ptr<void, void (*)(void*)> reply{
        redisCommandArgv(context_.get(), static_cast<int>(words.size()), argv.data(), sizes.data()), freeReplyObject};
    const auto* const got = static_cast<redisReply*>(reply.get());
    if (got == nullptr || got->type == REDIS_REPLY_NIL) return std::nullopt;
    if (got->type == REDIS_REPLY_INTEGER) return std::to_string(got->integer);
    if (got->type == REDIS_REPLY_ARRAY)
      return got->elements == 0 ? "" : std::string{got->element[0]->str, got->element[0]->len};
    return std::string{got->str, got->len};
  }

 private:
  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

/// The value of a series, by its name and labels as they are exposed; nothing if there is none.
inline std::optional<double> sample(const Registry& registry, const std::string& series) {
  const std::string text = "\n" + to_text(registry);
  const auto found = text.find("\n" + series + " ");
  if (found == std::string::npos) return std::nullopt;
  return std::strtod(text.c_str() + found + series.size() + 2, nullptr);
}

inline double hits(const Registry& registry) {
  return sample(registry, R"(cache_hits_total{cache_type="redis",hit="true"})").value_or(-1);
}
inline double misses(const Registry& registry) {
  return sample(registry, R"(cache_hits_total{cache_type="redis",hit="false"})").value_or(-1);
}
inline double outcomes(const Registry& registry, const std::string& cache, const std::string& outcome) {
  return sample(registry,
                R"(cache_requests_total{cache_type="redis",cache=")" + cache + R"(",outcome=")" + outcome + "\"}")
      .value_or(-1);
}
inline double errors(const Registry& registry, const std::string& command, const std::string& type) {
  return sample(registry,
                R"(cache_errors_total{cache_type="redis",command=")" + command + R"(",error_type=")" + type + "\"}")
      .value_or(0);
}

inline Clock::duration time_of(const std::function<void()>& action) {
  const auto start = Clock::now();
  action();
  return Clock::now() - start;
}

/// Waits up to 30 s for a condition.
inline bool eventually(const std::function<bool()>& condition) {
  for (const auto deadline = Clock::now() + 30s; Clock::now() < deadline; std::this_thread::sleep_for(2ms)) {
    if (condition()) return true;
  }
  return condition();
}

/// A budget for tests that are not about time.
inline CacheOptions patiently(std::string prefix = {}) { return {.prefix = std::move(prefix), .budget = 30s}; }

/// A test with a Redis of its own; skipped where there is none to be had.
class WithRedis : public testing::Test {
 protected:
  void SetUp() override {
    if (!RedisServer::installed()) GTEST_SKIP() << "redis-server is not installed";
    server = std::make_unique<RedisServer>();
  }

  /// With the default timeouts.
  [[nodiscard]] RedisOptions options() const { return {.unix_socket = server->unix_socket()}; }
  /// For tests that are not about time, on a machine that may be busy.
  [[nodiscard]] RedisOptions patient() const { return patient(*server); }
  static RedisOptions patient(const RedisServer& of) {
    return {.unix_socket = of.unix_socket(), .command_timeout = 30s, .connect_timeout = 30s, .lease_wait = 30s};
  }

  Registry registry;
  std::unique_ptr<RedisServer> server;
};

}  // namespace vitals::test
