#include "config.hpp"

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace clinic {
namespace {

void read(const char* name, std::string& value) {
  if (const char* text = std::getenv(name)) value = text;
}

void read(const char* name, std::uint16_t& value) {
  const char* variable = std::getenv(name);
  if (variable == nullptr) return;
  const std::string_view text = variable;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0) {
    throw std::invalid_argument{std::string{name} + " is '" + variable + "'; it must be a number from 1 to 65535"};
  }
}

}  // namespace

Config Config::from_environment() {
  Config config;
  read("CLINIC_ADDRESS", config.address);
  read("CLINIC_PORT", config.port);
  read("CLINIC_METRICS_PORT", config.metrics_port);
  read("CLINIC_DSN", config.dsn);
  read("CLINIC_REDIS_SOCKET", config.redis_socket);
  read("CLINIC_REDIS_HOST", config.redis_host);
  read("CLINIC_REDIS_PORT", config.redis_port);
  read("CLINIC_THREADS", config.threads);
  read("CLINIC_DB_CONNECTIONS", config.db_connections);
  read("CLINIC_LEVELS", config.levels);
  read("CLINIC_BALLAST_MIB", config.ballast_mib);
  return config;
}

}  // namespace clinic
