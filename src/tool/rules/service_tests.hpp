#pragma once

#include "tool/rules/draft.hpp"

namespace vitals::tool {

/// Tests of all rules together, from what a service exports: one that is well has no alert, one that isn't has those of
/// its objectives. They begin with "service: ".
void add_service_tests(Draft& draft);

}  // namespace vitals::tool
