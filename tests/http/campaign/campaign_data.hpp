#pragma once

#include <deque>
#include <string>

#include <vitals/registry.hpp>

namespace vitals::test {

/// Label values, help texts and numbers that readers get wrong, in every type of metric.
void record_campaign_data(Registry& registry);

/// Declarations and values that must be refused, or are the same as one before: a line each, "name: what became of it".
[[nodiscard]] std::deque<std::string> declare_campaign_faults();

}  // namespace vitals::test
