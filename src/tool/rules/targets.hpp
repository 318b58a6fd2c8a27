#pragma once

#include "tool/rules/draft.hpp"

namespace vitals::tool {

/// That targets answer, and have what the levels are judged by.
void add_target_rules(Draft& draft);
/// The same of services that count objectives themselves: what these are judged by.
void add_counted_target_rules(Draft& draft);

}  // namespace vitals::tool
