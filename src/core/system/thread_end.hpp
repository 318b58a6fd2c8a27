#pragma once

#include <cxxabi.h>

namespace vitals::detail {

/// Within catch (...): whether what was caught is the end of the thread, by pthread_exit() or pthread_cancel(), which
/// nobody may stop: rethrow it. Such an exception has no C++ type.
[[nodiscard]] inline bool is_thread_end() noexcept { return abi::__cxa_current_exception_type() == nullptr; }

}  // namespace vitals::detail
