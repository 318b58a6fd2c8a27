#pragma once

#include <functional>
#include <thread>

namespace vitals::detail {

/// Starts a thread of this name (15 bytes at most) that takes no signals, so that the program's handlers run on the
/// threads that they always ran on. It takes faults (SIGSEGV, …) as any thread does. Throws std::system_error if it
/// can't be started.
[[nodiscard]] std::thread start_service_thread(const char* name, std::function<void()> body);

}  // namespace vitals::detail
