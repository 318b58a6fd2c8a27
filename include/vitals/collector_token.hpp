#pragma once

namespace vitals {

namespace detail {
class Collector;
}

/// Keeps a callback or a collector registered; its end takes it out.
/// Move-only. When the destructor has returned, the callback is not running and never will be. May outlive the
/// registry.
class [[nodiscard]] CollectorToken {
 public:
  explicit CollectorToken(detail::Collector* collector) noexcept : collector_{collector} {}
  CollectorToken(CollectorToken&&) noexcept;
  CollectorToken& operator=(CollectorToken&&) noexcept;
  ~CollectorToken();

 private:
  detail::Collector* collector_;  // it keeps itself alive for us until we let it go
};

}  // namespace vitals
