#pragma once

#include <string>

#include "http/negotiation.hpp"

namespace vitals {

class Registry;

namespace detail {

/// The registry in that format.
[[nodiscard]] std::string render(const Registry& registry, Format format);

}  // namespace detail
}  // namespace vitals
