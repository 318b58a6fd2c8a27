#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <cxxabi.h>

namespace vitals::detail {

// The exceptions under way in a thread: std::uncaught_exceptions(), modulo 256, without the three calls that it takes.
// The C++ ABI that g++ and clang have on Linux lays down where a thread keeps the number
// (https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html, 2.2.2).
class ThreadExceptions {
 public:
  [[nodiscard]] std::uint8_t uncaught() noexcept {
    struct Globals {
      void* caught;
      unsigned uncaught;
    };
    if (globals_ == nullptr) [[unlikely]]
      globals_ = abi::__cxa_get_globals();
    unsigned count = 0;
    std::memcpy(&count, reinterpret_cast<const char*>(globals_) + offsetof(Globals, uncaught), sizeof count);
    return static_cast<std::uint8_t>(count);
  }

 private:
  const abi::__cxa_eh_globals* globals_ = nullptr;  // stays where it is as long as the thread lives
};

/// Of the calling thread; its address tells threads apart. Initial-exec, so that reading it calls nothing, in a shared
/// library either: it takes 8 bytes of those that the loader keeps for libraries which are loaded later.
[[gnu::tls_model("initial-exec")]] inline thread_local constinit ThreadExceptions this_thread;

}  // namespace vitals::detail
