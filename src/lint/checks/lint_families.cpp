#include "lint/checks/lint_families.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/lint/rules.hpp"
#include "core/text/metric_types.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxFamilies = 200'000;

std::string_view trimmed(std::string_view text) {
  const auto first = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

}  // namespace

std::span<const std::string_view> sample_suffixes(MetricType type, LintFormat format) noexcept {
  return format == LintFormat::OpenMetrics ? openmetrics_sample_suffixes(type) : text_sample_suffixes(type);
}

LintFamilies::Index LintFamilies::owner(std::string_view name) const {
  const auto found = claims_.find(fingerprint(name));
  return found == claims_.end() ? kNone : found->second;
}

LintFamily* LintFamilies::open(std::string_view name, LintPosition at) {
  if (families_.size() >= kMaxFamilies) {
    report_.add(at, name, LintRule::TooManyFamilies,
                "more than " + std::to_string(kMaxFamilies) + " families; the rest is not checked");
    return nullptr;
  }
  current_ = families_.size();
  families_.push_back({.name = std::string{name}, .first = at});
  claim(claims_, families_.back().name, at, true);
  return &families_.back();
}

LintFamily* LintFamilies::go_to(Index index, LintPosition at) {
  auto& family = families_[index];
  if (index != current_) {
    if (!std::exchange(family.interleaved, true))
      report_.add(at, family.name, LintRule::InterleavedFamily,
                  "the family began on line " + std::to_string(family.first.line) +
                      " and goes on after another one; its lines must stand together");
    family.damaged = true;
    current_ = index;
  }
  return &family;
}

void LintFamilies::claim(Claims& claims, const std::string& name, LintPosition at, bool strict) {
  const auto [entry, fresh] = claims.emplace(fingerprint(name), current_);
  if (fresh || entry->second == current_) return;
  auto& family = families_[current_];
  auto& other = families_[entry->second];
  if (other.unknown_type && other.name != name) {
    entry->second = current_;
    return;
  }
  // Nobody knows which family has the samples. One problem is enough: what else seems wrong with them is not reported.
  if (strict) family.damaged = family.interleaved = other.damaged = other.interleaved = true;
  const auto severity = strict ? LintProblem::Severity::Error : LintProblem::Severity::Warning;
  report_.add(severity, at, family.name, LintRule::NameClash,
              "the name " + in_quotes(name) + (strict ? "" : ", in OpenMetrics,") + " also belongs to the family " +
                  in_quotes(other.name) + "; rename one of the families");
}

void LintFamilies::claim_type(MetricType type, LintPosition at) {
  const std::string name = families_[current_].name;
  const auto suffixes = sample_suffixes(type, format_);
  for (const auto suffix : suffixes) {
    if (!suffix.empty()) claim(claims_, name + std::string{suffix}, at, true);
  }
  if (format_ == LintFormat::OpenMetrics) return;
  const std::string base{base_name(name, type)};
  claim(openmetrics_names_, base, at, false);
  for (const auto suffix : sample_suffixes(type, LintFormat::OpenMetrics)) {
    const auto sample = base + std::string{suffix};
    if (std::find(suffixes.begin(), suffixes.end(), suffix) == suffixes.end() && owner(sample) != current_)
      claim(openmetrics_names_, sample, at, false);
  }
}

// The unknown type is one problem; its samples, with whatever suffix, are not others.
void LintFamilies::claim_any_suffix() {
  for (const auto suffix : suffix::kAll)
    claims_.emplace(fingerprint(families_[current_].name + std::string{suffix}), current_);
}

LintFamily* LintFamilies::of_metadata(const ExpositionLine& line, std::size_t number) {
  const LintPosition at{number, line.name_column};
  // Where names clash, the owner of this name may be another family.
  const bool again = current_ != kNone && families_[current_].name == line.name;
  const auto index = again ? current_ : owner(line.name);
  const bool known = index != kNone && families_[index].name == line.name;
  auto* family = known ? go_to(index, at) : open(line.name, at);
  if (!family) return nullptr;
  check_place(*family, line, at);
  if (line.kind == ExpositionLine::Kind::Type) {
    set_type(*family, line, at);
  } else if (line.kind == ExpositionLine::Kind::Help) {
    family->help = line.text;
  } else {
    family->unit_at = {number, line.text_column};
    family->unit = word_of(line, at);
  }
  return family;
}

void LintFamilies::check_place(const LintFamily& family, const ExpositionLine& line, LintPosition at) {
  if (family.interleaved) return;  // in files put one after the other, all of a family comes again
  const auto again = [&](bool known, const char* keyword) {
    if (known)
      report_.add(at, line.name, LintRule::RepeatedMetadata,
                  "a second " + std::string{keyword} + "; leave one of them out");
    return known;
  };
  const bool repeated = line.kind == ExpositionLine::Kind::Type   ? again(family.type.has_value(), "TYPE")
                        : line.kind == ExpositionLine::Kind::Help ? again(family.help.has_value(), "HELP")
                                                                  : again(family.unit.has_value(), "UNIT");
  if (!repeated && family.samples)
    report_.add(at, line.name, LintRule::MetadataAfterSamples,
                "HELP, TYPE and UNIT must come before the first sample; move this line up");
}

// The one word of a TYPE or UNIT line.
std::string_view LintFamilies::word_of(const ExpositionLine& line, LintPosition at) {
  const auto text = trimmed(line.text);
  const auto before = static_cast<std::size_t>(text.data() - line.text.data());
  if (format_ == LintFormat::OpenMetrics && !text.empty() && text.size() < line.text.size())
    report_.error({at.line, line.text_column + (before > 0 ? 0 : text.size())}, line.name, LintRule::Spacing,
                  "OpenMetrics has a single space before the word, and none after it");
  return text;
}

bool LintFamilies::declare(std::string_view name, MetricType type, LintPosition at) {
  if (const auto index = owner(name); index != kNone && families_[index].name == name) {
    report_.add(at, name, LintRule::RepeatedFamily,
                "message " + std::to_string(families_[index].first.line) + " has the same name; make one of both");
    return true;
  }
  if (!open(name, at)) return false;
  families_.back().type = type;
  claim_type(type, at);
  return true;
}

void LintFamilies::set_type(LintFamily& family, const ExpositionLine& line, LintPosition at) {
  const bool openmetrics = format_ == LintFormat::OpenMetrics;
  const auto word = word_of(line, at);
  const auto type = openmetrics ? type_of_openmetrics_name(word) : type_of_text_name(word);
  family.type_at = at;
  if (!type) {
    report_.add({at.line, line.text_column}, line.name, LintRule::UnknownType,
                in_quotes(word) + " is no type; " +
                    (openmetrics ? "counter, gauge, histogram, gaugehistogram, summary, info, stateset and unknown are"
                                 : "counter, gauge, histogram, summary and untyped are"));
    if (!family.type) {
      family.type = MetricType::Untyped;
      family.unknown_type = true;
      claim_any_suffix();
    }
    return;
  }
  if (family.type) return;
  family.type = type;
  claim_type(*type, at);
}

LintFamily* LintFamilies::of_sample(const ExpositionLine& line, std::size_t number) {
  const LintPosition at{number, line.name_column};
  LintFamily* family = nullptr;
  if (current_ != kNone && line.name == families_[current_].name) {
    family = &families_[current_];  // as for most lines
  } else if (const auto index = owner(line.name); index != kNone) {
    family = go_to(index, at);
  } else {
    warn_of_total(line.name);
    family = open(line.name, at);
    if (family) claim_type(MetricType::Untyped, at);
  }
  if (family) family->samples = true;
  return family;
}

bool LintFamilies::has_gauge_totals(const LintFamily& family) const {
  return family.kind() == MetricType::Histogram && has_gauge(family.name + std::string{suffix::kGaugeCount}) &&
         has_gauge(family.name + std::string{suffix::kGaugeSum});
}

bool LintFamilies::has_gauge(const std::string& name) const {
  const auto index = owner(name);
  return index != kNone && families_[index].name == name && families_[index].kind() == MetricType::Gauge;
}

void LintFamilies::warn_of_total(std::string_view name) {
  const auto* family = current();
  if (!family || family->samples || family->type != MetricType::Counter || format_ == LintFormat::OpenMetrics) return;
  if (name == family->name + std::string{suffix::kTotal})
    report_.add(family->type_at, family->name, LintRule::TypeOfOtherName,
                "this TYPE is of no sample: outside OpenMetrics it has the counter's whole name, " + in_quotes(name));
}

}  // namespace vitals::detail
