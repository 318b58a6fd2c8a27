#pragma once
#include <chrono>

namespace vitals::tool {

/// From now on Ctrl-C ends the process at once with exit status 130.
void exit_on_interrupt();

/// Sleeps until `end`; on a terminal stderr shows how far it is.
void pause_until(std::chrono::steady_clock::time_point start, std::chrono::steady_clock::time_point end);

}  // namespace vitals::tool
