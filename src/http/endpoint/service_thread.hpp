#pragma once

#include <functional>
#include <thread>

namespace vitals::detail {

/// A thread that bears this name (15 bytes at most) and takes no signals that the program could want, so that its
/// handlers run where they always did. Faults (SIGSEGV, …) come to it as to any thread. Throws std::system_error if
/// there can be none.
[[nodiscard]] std::thread start_service_thread(const char* name, std::function<void()> body);

}  // namespace vitals::detail
