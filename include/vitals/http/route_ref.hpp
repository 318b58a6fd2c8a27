#pragma once

#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals {

namespace detail {
struct Route;
}

/// A route of an HttpMetrics: what HttpMetrics::route(), find(), match() and unmatched() give.
/// A plain value of 8 bytes. Lifetime: valid as long as its HttpMetrics.
class RouteRef {
 public:
  explicit RouteRef(detail::Route& route) noexcept : route_{&route} {}

  /// The value of the label `endpoint`: "/api/v1/clients/{id}", or "_unmatched".
  [[nodiscard]] std::string_view pattern() const noexcept;

  friend bool operator==(const RouteRef&, const RouteRef&) = default;

 private:
  friend class HttpMetrics;
  friend class HttpRequest;

  detail::Route* route_;
};

}  // namespace vitals
