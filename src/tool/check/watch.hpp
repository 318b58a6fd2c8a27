#pragma once
#include <functional>

#include "tool/check/check.hpp"
#include "tool/check/checked.hpp"
#include "tool/text/command_result.hpp"

namespace vitals::tool {

/// Judges again after each interval of --watch, until Ctrl-C: of a service what happened in the last --duration, of a
/// Prometheus server the last --window. On a terminal each judgement takes the place of the last; elsewhere it follows
/// it. `on_judged` is called with each of them. The status is that of the worst judgement over a whole window; a scrape
/// that fails is unknown. A second Ctrl-C ends the process at once with 130.
/// Throws std::invalid_argument for options that don't go together.
CommandResult watch(const CheckArguments& arguments, const Baseline* baseline, bool colour,
                    const std::function<void(const Checked&)>& on_judged);

}  // namespace vitals::tool
