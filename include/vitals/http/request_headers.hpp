#pragma once

#include <concepts>
#include <memory>
#include <string_view>
#include <type_traits>

#include <vitals/detail/abi.hpp>

namespace vitals {

/// The headers of a request, for the length of a call: a reference to a function of the adapter's, which gives the
/// first value of a header, or "", as a view that holds until the next header is asked for: copy what you need longer.
/// Names are asked for in lower case; they are the same in any.
class RequestHeaders {
 public:
  /// No headers.
  RequestHeaders() = default;
  template <class Find>
  requires(!std::same_as<std::remove_cvref_t<Find>, RequestHeaders> &&
           std::is_invocable_r_v<std::string_view, const Find&, std::string_view>) RequestHeaders(const Find& find)
  noexcept
      : find_{std::addressof(find)}, call_{[](const void* of, std::string_view name) -> std::string_view {
          return (*static_cast<const Find*>(of))(name);
        }} {}

  [[nodiscard]] std::string_view operator()(std::string_view name) const {
    return call_ == nullptr ? std::string_view{} : call_(find_, name);
  }

 private:
  const void* find_ = nullptr;
  std::string_view (*call_)(const void* of, std::string_view name) = nullptr;
};

}  // namespace vitals
