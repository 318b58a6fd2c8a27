#include "core/names.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>

#include <vitals/detail/cells.hpp>

#include "core/cell_arena.hpp"
#include "core/escaping.hpp"
#include "core/text_format.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxBounds = 10'000;
static_assert((kMaxBounds + 1) * sizeof(PairCell) <= kMaxCellBytes);

// The label in which Prometheus keeps the metric's name; "._name.." would be written so.
constexpr std::string_view kMetricName = "__name__";

constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool valid_name(std::string_view name, bool colon) noexcept {
  const auto valid = [colon](char c) { return is_letter(c) || is_digit(c) || (colon && c == ':'); };
  return !name.empty() && !is_digit(name.front()) && std::all_of(name.begin(), name.end(), valid);
}

std::string suggest(std::string_view name, bool colon) {
  std::string fixed = name.empty() || is_digit(name.front()) ? "_" : "";
  for (const char c : name) fixed += is_letter(c) || is_digit(c) || (colon && c == ':') ? c : '_';
  return fixed;
}

}  // namespace

bool valid_metric_name(std::string_view name, bool utf8) noexcept {
  return utf8 ? !name.empty() && is_valid_utf8(name) : valid_name(name, true);
}

bool valid_label_name(std::string_view name, bool utf8) noexcept {
  return (utf8 ? !name.empty() && is_valid_utf8(name) : valid_name(name, false)) && !name.starts_with("__") &&
         !(utf8 && are_alike(name, kMetricName, NameKind::Label));
}

std::string_view reserved_label(MetricType type) noexcept {
  const bool buckets = type == MetricType::Histogram || type == MetricType::GaugeHistogram;
  return buckets ? "le" : type == MetricType::Summary ? "quantile" : "";
}

std::string about(std::string_view metric) { return "vitals: metric \"" + to_valid_utf8(metric) + "\": "; }

void refuse(std::string_view metric, const std::string& why) {
  std::string message = about(metric) + why;
  std::replace(message.begin(), message.end(), '\0', ' ');  // it would end what()
  throw std::invalid_argument(message);
}

void check_metric_name(std::string_view name, bool utf8) {
  if (valid_metric_name(name, utf8)) return;
  if (utf8) refuse(name, "a metric name must be UTF-8 text that is not empty; give it a name");
  refuse(name, "a metric name must match [a-zA-Z_:][a-zA-Z0-9_:]*; use \"" + suggest(name, true) + "\"");
}

void check_label_names(std::string_view metric, std::span<const std::string_view> names, std::string_view reserved,
                       bool utf8) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    const std::string label = "label \"" + to_valid_utf8(*name) + "\": ";
    if (utf8 && (name->empty() || !is_valid_utf8(*name)))
      refuse(metric, label + "a label name must be UTF-8 text that is not empty; give it a name");
    if (!utf8 && !valid_name(*name, false))
      refuse(metric, label + "a label name must match [a-zA-Z_][a-zA-Z0-9_]*; use \"" + suggest(*name, false) + "\"");
    if (name->starts_with("__"))
      refuse(metric, label + "names that start with \"__\" are reserved for Prometheus; drop the underscores");
    if (utf8 && are_alike(*name, kMetricName, NameKind::Label))
      refuse(metric, label + "the name becomes __name__ where names are escaped; rename the label");
    const auto is = [&](std::string_view other) { return are_alike(*name, other, NameKind::Label); };
    if (is("le")) refuse(metric, label + "the name is reserved for the buckets of histograms; rename the label");
    if (is("quantile")) refuse(metric, label + "the name is reserved for the quantiles of summaries; rename the label");
    if (!reserved.empty() && is(reserved))
      refuse(metric, label + "the name is reserved for the states, it is the metric's; rename the label");
    if (std::find(names.begin(), name, *name) != name)
      refuse(metric, label + "declared twice; label names must differ");
    const auto alike = [name](std::string_view other) { return are_alike(*name, other, NameKind::Label); };
    if (const auto other = utf8 ? std::find_if(names.begin(), name, alike) : name; other != name)
      refuse(metric, label + "is written as \"" + std::string{*other} + "\" is where names are escaped; rename one");
  }
}

void check_unit(std::string_view metric, std::string_view base, std::string_view unit) {
  if (unit.empty()) return;
  if (unit == "total" || unit == "info")
    refuse(metric, "unit \"" + std::string{unit} + "\": that is an ending of names; use a unit such as \"seconds\"");
  if (!valid_name(unit, false))
    refuse(metric, "unit \"" + to_valid_utf8(unit) +
                       "\": a unit must match [a-zA-Z_][a-zA-Z0-9_]*; use a word such as \"seconds\"");
  if (base.size() <= unit.size() + 1 || !base.ends_with(unit) || base[base.size() - unit.size() - 1] != '_')
    refuse(metric, "unit \"" + std::string{unit} + "\": the name must end in it (before _total); use \"" +
                       std::string{base} + "_" + std::string{unit} + (metric.ends_with("_total") ? "_total" : "") +
                       "\"");
}

void check_states(std::string_view metric, std::span<const std::string> states) {
  constexpr std::size_t kMaxStates = 64;
  if (states.empty()) refuse(metric, "a state set needs at least one state; name some");
  if (states.size() > kMaxStates)
    refuse(metric, std::to_string(states.size()) + " states; at most 64 are allowed, use a gauge with a label");
  for (auto state = states.begin(); state != states.end(); ++state) {
    if (state->empty()) refuse(metric, "state \"\": a state must have a name; give it one");
    if (!is_valid_utf8(*state))
      refuse(metric, "state \"" + to_valid_utf8(*state) + "\": a state's name must be UTF-8 text; rename it");
    if (std::find(states.begin(), state, *state) != state)
      refuse(metric, "state \"" + *state + "\": declared twice; states must differ");
  }
}

void check_bounds(std::string_view metric, std::span<const double> bounds) {
  if (bounds.empty())
    refuse(metric, "a histogram needs at least one bucket bound; give some, or use Buckets::latency()");
  if (bounds.size() > kMaxBounds)
    refuse(metric, std::to_string(bounds.size()) + " bucket bounds; at most " + std::to_string(kMaxBounds) +
                       " are allowed; leave some out, or use native buckets");
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    std::string bound = "bucket bound ";
    append_number(bound, bounds[i]);
    if (std::isnan(bounds[i])) refuse(metric, bound + ": not a number; remove it");
    if (std::isinf(bounds[i]))
      refuse(metric, bound + ": bounds must be finite, +Inf is added by the histogram; remove it");
    if (i > 0 && bounds[i] <= bounds[i - 1]) {
      bound += " after ";
      append_number(bound, bounds[i - 1]);
      refuse(metric, bound + ": bounds must ascend without repeats; sort them and remove duplicates");
    }
  }
}

std::size_t utf8_length(std::string_view text, std::size_t& bad) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  bad = 1;
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;   // no overlong forms
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;  // no surrogates, nothing above U+10FFFF
  for (std::size_t i = 1; i < length; ++i, low = 0x80, high = 0xBF) {
    if (i == text.size() || byte(i) < low || byte(i) > high) return 0;
    bad = i + 1;
  }
  return length;
}

std::size_t utf8_length(std::string_view text) noexcept {
  std::size_t bad = 0;
  return utf8_length(text, bad);
}

bool is_valid_utf8(std::string_view text) noexcept { return first_not_utf8(text) == text.npos; }

std::size_t first_not_utf8(std::string_view text) noexcept {
  unsigned char all = 0;  // without a branch, so that the usual case, ASCII, goes through vector registers
  for (const char c : text) all |= static_cast<unsigned char>(c);
  if (all < 0x80) return text.npos;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return text.npos;
}

std::string to_valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (std::size_t bad = 0; !text.empty();) {
    const std::size_t length = utf8_length(text, bad);
    valid += length > 0 ? text.substr(0, length) : std::string_view{"\xEF\xBF\xBD"};
    text.remove_prefix(length > 0 ? length : bad);
  }
  return valid;
}

}  // namespace vitals::detail
