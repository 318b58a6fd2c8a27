#pragma once

#include <memory>

namespace vitals {

namespace detail {
class Collector;
}

/// Keeps a callback or a collector registered; its end takes it out.
/// Move-only. When the destructor has returned, the callback is not running and never will be. May outlive the
/// registry.
class [[nodiscard]] CollectorToken {
 public:
  explicit CollectorToken(std::shared_ptr<detail::Collector> collector) noexcept;
  CollectorToken(CollectorToken&&) noexcept;
  CollectorToken& operator=(CollectorToken&&) noexcept;
  ~CollectorToken();

 private:
  std::shared_ptr<detail::Collector> collector_;
};

struct LintProblem;

}  // namespace vitals
