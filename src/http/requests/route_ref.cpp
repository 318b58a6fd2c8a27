#include <vitals/http/route_ref.hpp>

#include "http/requests/route.hpp"

namespace vitals {

std::string_view RouteRef::pattern() const noexcept { return route_->pattern; }

}  // namespace vitals
