#pragma once

#include <httplib.h>

#include "config.hpp"

namespace clinic {

/// Makes the server keep connections alive, and enough of them at once: httplib gives each connection a thread.
void configure(httplib::Server& server, const Config& config);

/// Listens. Throws std::runtime_error if the port is taken.
void bind(httplib::Server& server, const Config& config);

/// Serves until SIGTERM or SIGINT, then answers what is under way; a connection that is idle then is closed within 5 s.
/// With a ballast, SIGUSR1 fills that much memory and SIGUSR2 gives it back: a leak to try alerts with.
/// REQUIRES: bind(); block_signals() in main, before any thread.
void serve(httplib::Server& server, const Config& config);

/// Makes the signals wait for serve().
void block_signals(const Config& config);

}  // namespace clinic
