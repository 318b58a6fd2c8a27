#include "tool/check/checked.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "tool/check/level_targets.hpp"
#include "tool/check/pause.hpp"
#include "tool/check/prometheus_source.hpp"
#include "tool/input/fetch.hpp"
#include "tool/text/units.hpp"

namespace vitals::tool {
namespace {

// Empty: neither a service nor files are judged.
std::string source_name(const CheckArguments& arguments) {
  if (!arguments.prometheus.empty()) {
    const auto matchers = prometheus_matchers(arguments);
    return without_credentials(arguments.prometheus) + (matchers.empty() ? "" : fmt::format(" {{{}}}", matchers));
  }
  if (!arguments.before.empty()) return fmt::format("{} to {}", arguments.before, arguments.after);
  return arguments.url.empty() ? std::string{} : without_credentials(arguments.url);
}

std::chrono::milliseconds timeout_of(const CheckArguments& arguments) {
  const std::chrono::duration<double> limit(seconds_option("--timeout", arguments.timeout));
  return std::chrono::ceil<std::chrono::milliseconds>(limit);
}

void finish(const CheckArguments& arguments, const Baseline* baseline, std::optional<double> seconds,
            Checked& checked) {
  if (baseline) baseline->compare(checked.judgement, checked.targets.min_samples);
  auto source = source_name(arguments);
  if (checked.database) source += (source.empty() ? "" : " and ") + checked.database->name();
  checked.source = {std::move(source), arguments.config, seconds};
  checked.forgives_warnings = arguments.fail_on == "critical";
  checked.status = status_of(worst(checked.judgement.rows), checked.forgives_warnings);
}

// Those that are judged over the budget window: of all others a month of samples would be fetched for nothing.
Targets over_budget_window(const Targets& targets) {
  auto result = targets;
  std::erase_if(result.targets, [](const Target& target) { return !target.over_budget_window; });
  return result;
}

Checked judged_by_prometheus(const CheckArguments& arguments, const Baseline* baseline, Targets targets) {
  Checked checked;
  checked.targets = std::move(targets);
  constexpr double kLongest = 366.0 * 24 * 3600;
  const double seconds = seconds_option("--window", arguments.window, kLongest);
  const PrometheusApi api(arguments.prometheus, timeout_of(arguments), credentials_of(arguments.credentials));
  const auto matchers = prometheus_matchers(arguments);
  const auto measured = PrometheusSource(api, matchers, checked.targets).measure(seconds);
  judge_each_instance(checked.targets, measured.after);
  std::optional<Measured> budget;
  if (const auto of_budget = over_budget_window(checked.targets); !of_budget.targets.empty()) {
    budget = PrometheusSource(api, matchers, of_budget).measure(of_budget.budget_window);
    const auto note = fmt::format("over {}", window_text(checked.targets.budget_window));
    budget->note = budget->note.empty() ? note : note + "; " + budget->note;
  }
  const auto window = measured.window();
  const auto budget_window = budget ? std::optional(budget->window()) : std::nullopt;
  checked.judgement = judge(checked.targets, window, budget_window ? &*budget_window : nullptr);
  finish(arguments, baseline, measured.seconds, checked);
  return checked;
}

// The database, and the service if there is one, over the same window.
Checked judged_with_database(const CheckArguments& arguments, const Baseline* baseline, Targets targets,
                             const Names& wanted) {
  Checked checked;
  checked.targets = std::move(targets);
  checked.database = std::make_unique<DatabaseCheck>(*arguments.database, timeout_of(arguments));
  exit_on_interrupt();
  if (!arguments.url.empty() || arguments.duration_given) checked.database->begin();
  const auto measured = arguments.url.empty() ? measure_nothing(arguments) : measure_url(arguments, wanted);
  checked.database->end();
  if (!arguments.url.empty()) checked.judgement = judge(checked.targets, measured.window());
  checked.database->judge(checked.targets, checked.judgement);
  finish(arguments, baseline, measured.seconds, checked);
  return checked;
}

}  // namespace

Targets load_targets(const CheckArguments& arguments) {
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  auto targets = arguments.config.empty()
                     ? parse_targets(builtin_targets(), "built-in targets")
                     : read_levels_or_targets(read_file(arguments.config, kLimit), arguments.config);
  if (arguments.min_samples > 0) targets.min_samples = arguments.min_samples;
  return targets;
}

Checked judged(const CheckArguments& arguments, const Baseline* baseline) {
  auto targets = load_targets(arguments);
  if (!arguments.prometheus.empty()) return judged_by_prometheus(arguments, baseline, std::move(targets));
  const auto wanted = wanted_samples(targets);
  if (arguments.database) return judged_with_database(arguments, baseline, std::move(targets), wanted);
  const auto measured = arguments.url.empty() ? measure_files(arguments, wanted) : measure_url(arguments, wanted);
  return judged(arguments, baseline, std::move(targets), measured.window());
}

Checked judged(const CheckArguments& arguments, const Baseline* baseline, Targets targets, const Window& window) {
  Checked checked;
  checked.targets = std::move(targets);
  checked.judgement = judge(checked.targets, window);
  finish(arguments, baseline, window.seconds, checked);
  return checked;
}

Checked failed(const CheckArguments& arguments, std::string reason) {
  Checked checked;
  for (auto at = reason.find('\n'); at != reason.npos; at = reason.find('\n')) reason.replace(at, 1, "; ");
  checked.judgement.failure = std::move(reason);
  const auto source = source_name(arguments);
  checked.source = {source.empty() ? "PostgreSQL" : source, arguments.config, std::nullopt};
  return checked;
}

int status_of(Verdict verdict, bool forgives_warnings) {
  return verdict == Verdict::Warning && forgives_warnings ? 0 : exit_code(verdict);
}

std::string report(std::string_view form, const Checked& checked, bool colour) {
  const auto& judgement = checked.judgement;
  const auto& source = checked.source;
  if (form == "json") return to_json(source, judgement);
  if (form == "junit") return to_junit(source, judgement, checked.forgives_warnings);
  if (form == "markdown") return to_markdown(source, judgement);
  if (form == "nagios") return to_nagios(judgement, checked.status);
  if (form == "github") return to_github(source, judgement);
  return to_table(source, judgement, colour);
}

}  // namespace vitals::tool
