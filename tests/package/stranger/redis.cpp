#include <string>

#include <vitals/redis.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::RedisPool redis{registry, {.unix_socket = "/nowhere"}};
  vitals::Cache cache{registry, redis, {.prefix = "stranger"}};
  const std::string value = cache.get_or_compute("key", std::chrono::seconds{1}, [] { return std::string{"value"}; });
  return value == "value" ? 0 : 1;
}
