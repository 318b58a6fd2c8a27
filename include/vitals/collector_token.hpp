#pragma once

#include <vitals/detail/abi.hpp>

namespace vitals {

/// Keeps a callback or a collector registered; its end takes it out.
/// Move-only. When the destructor has returned, the callback is not running and never will be. May outlive the
/// registry.
class [[nodiscard(
    "its end takes the callback or collector out at once: keep it as long as it shall be asked")]] CollectorToken {
 public:
  struct Impl;

  /// Takes over what `impl` points to; of nullptr, it keeps nothing registered.
  explicit CollectorToken(Impl * impl) noexcept : impl_{impl} {}
  CollectorToken(CollectorToken &&) noexcept;
  CollectorToken& operator=(CollectorToken&&) noexcept;
  ~CollectorToken();

 private:
  Impl* impl_;  // ours
};

}  // namespace vitals
