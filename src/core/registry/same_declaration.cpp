#include "core/registry/same_declaration.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/formats/text_pieces.hpp"
#include "core/registry/scope_state.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/refuse.hpp"

namespace vitals::detail {

namespace {

std::string list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return "{" + out + "}";
}

std::string list(const std::vector<double>& numbers) {
  std::string out;
  for (const double number : numbers) {
    if (!out.empty()) out += ", ";
    append_number(out, number);
  }
  return "{" + out + "}";
}

std::string list_labels(const Declaration& declared) {
  return declared.open_labels ? "LabelNames::any()" : list(declared.labels);
}

std::string describe(const std::optional<Native>& native) {
  if (!native) return "none";
  return list(
      {native->factor, native->zero_threshold, static_cast<double>(native->max_buckets), native->max_zero_threshold});
}

std::string describe_window(const SummaryOptions& summary) {
  std::string out;
  append_number(out, std::chrono::duration<double>(summary.window).count());
  return out + " s in " + std::to_string(summary.slices) + " slices";
}

std::string describe_peak(const Shape& shape) {
  const auto* peak = std::get_if<PeakOptions>(&shape);
  return peak == nullptr ? "none" : std::to_string(peak->window.count()) + " ns";
}

// Calls differ(what, was, is) with a difference between two shapes of one type, if there is one.
template <class Differ>
void compare(const Shape& before, const Shape& now, Differ differ) {
  if (before == now) return;
  if (const auto* was = std::get_if<HistogramShape>(&before)) {
    const auto& is = std::get<HistogramShape>(now);
    if (was->native != is.native) differ("native buckets", describe(was->native), describe(is.native));
    differ("bucket bounds", list(was->bounds), list(is.bounds));
  } else if (const auto* summary = std::get_if<SummaryOptions>(&before)) {
    const auto& is = std::get<SummaryOptions>(now);
    if (summary->quantiles != is.quantiles) differ("quantiles", list(summary->quantiles), list(is.quantiles));
    differ("window", describe_window(*summary), describe_window(is));
  } else if (const auto* set = std::get_if<StateSetShape>(&before)) {
    differ("states", list(set->states), list(std::get<StateSetShape>(now).states));
  } else {
    differ("peak window", describe_peak(before), describe_peak(now));
  }
}

std::vector<std::string> names_of(std::span<const Label> labels) {
  std::vector<std::string> names;
  for (const Label& label : labels) names.push_back(label.name);
  return names;
}

}  // namespace

void check_same(const Declared& before, const Declared& now, std::size_t registry_labels) {
  const Declaration& was = before.declaration;
  const Declaration& is = now.declaration;
  const auto scope_labels = [=](const Declaration& declaration) {
    return std::span{declaration.constant_labels}.subspan(registry_labels);
  };
  const auto shown = [&](const Declaration& declaration) {
    return shown_name(declaration.name, text_of(scope_labels(declaration)));
  };
  const auto again = [&](const char* what, std::string_view old, std::string_view given,
                         const char* fix = "use the same declaration, or another name") {
    const bool in_scopes = !scope_labels(was).empty() || !scope_labels(is).empty();
    refuse(shown(is), "registered before " + (in_scopes ? "as \"" + shown(was) + "\" " : std::string{}) + "with " +
                          what + " " + std::string{old} + ", now with " + std::string{given} + "; " + fix);
  };
  if (before.type != now.type) again("type", text_type_name(before.type), text_type_name(now.type));
  const auto constant = names_of(scope_labels(was));
  if (const auto names = names_of(scope_labels(is)); constant != names)
    again("constant labels", list(constant), list(names),
          "give the scopes that declare it labels of the same names, or use another name");
  if (was.labels != is.labels || was.open_labels != is.open_labels) again("labels", list_labels(was), list_labels(is));
  if (was.help != is.help) again("help text", '"' + was.help + '"', '"' + is.help + '"');
  if (was.unit != is.unit) again("unit", '"' + was.unit + '"', '"' + is.unit + '"');
  compare(was.shape, is.shape, again);
}

}  // namespace vitals::detail
