#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "tool/check/baseline.hpp"
#include "tool/check/check.hpp"
#include "tool/check/database_check.hpp"
#include "tool/check/judge.hpp"
#include "tool/check/measure.hpp"
#include "tool/check/report.hpp"
#include "tool/check/targets.hpp"

namespace vitals::tool {

/// What the reports show. The judgement refers to the targets: it can be moved, and not copied.
struct Checked {
  Checked() = default;
  Checked(Checked&&) = default;
  Checked& operator=(Checked&&) = default;

  Targets targets{};
  Judgement judgement{};
  Source source{};
  int status = exit_code(Verdict::Unknown);
  bool forgives_warnings = false;
  std::unique_ptr<DatabaseCheck> database{};  ///< has targets of its own
};

/// The targets of --config, or the built-in ones. Throws what says that the file is wrong.
Targets load_targets(const CheckArguments& arguments);

/// Measures and judges; compares with the baseline, if there is one. Throws why it could not.
Checked judged(const CheckArguments& arguments, const Baseline* baseline);
/// Judges what was measured of a running service or in saved files.
Checked judged(const CheckArguments& arguments, const Baseline* baseline, Targets targets, const Window& window);
/// That nothing could be measured.
Checked failed(const CheckArguments& arguments, std::string reason);

/// The worst verdict as an exit status, by --fail-on.
int status_of(Verdict verdict, bool forgives_warnings);

std::string report(std::string_view form, const Checked& checked, bool colour);

}  // namespace vitals::tool
