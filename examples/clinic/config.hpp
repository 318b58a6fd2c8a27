#pragma once

#include <cstdint>
#include <string>

namespace clinic {

/// What the environment says about where to listen and whom to ask. A plain value.
struct Config {
  std::string address = "127.0.0.1";  ///< CLINIC_ADDRESS: of the API and of the endpoint
  std::uint16_t port = 8080;          ///< CLINIC_PORT
  std::uint16_t metrics_port = 9464;  ///< CLINIC_METRICS_PORT
  std::string dsn;                    ///< CLINIC_DSN: a libpq connection string; empty: libpq's own defaults
  std::string redis_socket;           ///< CLINIC_REDIS_SOCKET: a path, used instead of host and port
  std::string redis_host = "127.0.0.1";
  std::uint16_t redis_port = 6379;
  std::uint16_t threads = 256;         ///< CLINIC_THREADS: as many keep-alive connections are served at once
  std::uint16_t db_connections = 8;    ///< CLINIC_DB_CONNECTIONS
  std::string levels = CLINIC_LEVELS;  ///< CLINIC_LEVELS: the file of service levels
  std::uint16_t ballast_mib = 0;  ///< CLINIC_BALLAST_MIB: memory that SIGUSR1 takes and SIGUSR2 gives back; 0: neither

  /// Throws std::invalid_argument that names the variable.
  static Config from_environment();
};

}  // namespace clinic
