#include "lint/checks/lint_families.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/lint/declaration.hpp"
#include "core/text/ascii.hpp"

namespace vitals::detail {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxFamilies = 200'000;

constexpr std::array kBare = {""sv};
constexpr std::array kCounter = {"_total"sv, "_created"sv};
constexpr std::array kInfo = {"_info"sv};
constexpr std::array kHistogram = {"_bucket"sv, "_count"sv, "_sum"sv, "_created"sv};
constexpr std::array kGaugeHistogram = {"_bucket"sv, "_gcount"sv, "_gsum"sv};
constexpr std::array kSummary = {""sv, "_count"sv, "_sum"sv, "_created"sv};

struct TypeWord {
  std::string_view word;
  MetricType type;
  bool text;
  bool open_metrics;
};
constexpr std::array kTypes = {TypeWord{"counter", MetricType::Counter, true, true},
                               TypeWord{"gauge", MetricType::Gauge, true, true},
                               TypeWord{"histogram", MetricType::Histogram, true, true},
                               TypeWord{"gaugehistogram", MetricType::GaugeHistogram, false, true},
                               TypeWord{"summary", MetricType::Summary, true, true},
                               TypeWord{"info", MetricType::Info, false, true},
                               TypeWord{"stateset", MetricType::StateSet, false, true},
                               TypeWord{"unknown", MetricType::Untyped, false, true},
                               TypeWord{"untyped", MetricType::Untyped, true, false}};

std::string_view trimmed(std::string_view text) {
  const auto first = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

}  // namespace

std::span<const std::string_view> sample_suffixes(MetricType type, LintFormat format) noexcept {
  const bool open_metrics = format == LintFormat::OpenMetrics;
  switch (type) {
    case MetricType::Counter:
      return open_metrics ? std::span<const std::string_view>{kCounter} : kBare;
    case MetricType::Histogram:
      return std::span<const std::string_view>{kHistogram}.first(open_metrics ? 4 : 3);
    case MetricType::Summary:
      return std::span<const std::string_view>{kSummary}.first(open_metrics ? 4 : 3);
    case MetricType::GaugeHistogram:
      return kGaugeHistogram;
    case MetricType::Info:
      return kInfo;
    default:
      return kBare;
  }
}

LintFamilies::Index LintFamilies::owner(std::string_view name) const {
  const auto found = claims_.find(fingerprint(name));
  return found == claims_.end() ? kNone : found->second;
}

LintFamily* LintFamilies::open(std::string_view name, LintPosition at) {
  if (families_.size() >= kMaxFamilies) {
    report_.error(at, name, "too-many-families",
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
      report_.error(at, family.name, "interleaved-family",
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
  // Whose the samples are, nobody knows: this stands for what else seems to be wrong with them.
  if (strict) family.damaged = family.interleaved = other.damaged = other.interleaved = true;
  const auto severity = strict ? LintProblem::Severity::Error : LintProblem::Severity::Warning;
  report_.add(severity, at, family.name, "name-clash",
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
  std::string base{type == MetricType::Counter ? without_suffix(name, "_total") : std::string_view{name}};
  claim(open_metrics_names_, base, at, false);
  for (const auto suffix : sample_suffixes(type, LintFormat::OpenMetrics)) {
    const auto sample = base + std::string{suffix};
    if (std::find(suffixes.begin(), suffixes.end(), suffix) == suffixes.end() && owner(sample) != current_)
      claim(open_metrics_names_, sample, at, false);
  }
}

// So that the one fault, of the type, does not come back with each sample.
void LintFamilies::claim_any_suffix() {
  for (const auto suffix :
       {"_bucket"sv, "_count"sv, "_sum"sv, "_created"sv, "_total"sv, "_gcount"sv, "_gsum"sv, "_info"sv})
    claims_.emplace(fingerprint(families_[current_].name + std::string{suffix}), current_);
}

LintFamily* LintFamilies::of_metadata(const ExpositionLine& line, std::size_t number) {
  const LintPosition at{number, line.name_column};
  // A family whose name clashed is not the owner of its name.
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
  if (family.interleaved) return;  // as in files put one after the other, where all of it comes again
  const auto again = [&](bool known, const char* keyword) {
    if (known)
      report_.error(at, line.name, "repeated-metadata", "a second " + std::string{keyword} + "; leave one of them out");
    return known;
  };
  const bool repeated = line.kind == ExpositionLine::Kind::Type   ? again(family.type.has_value(), "TYPE")
                        : line.kind == ExpositionLine::Kind::Help ? again(family.help.has_value(), "HELP")
                                                                  : again(family.unit.has_value(), "UNIT");
  if (!repeated && family.samples)
    report_.error(at, line.name, "metadata-after-samples",
                  "HELP, TYPE and UNIT must come before the first sample; move this line up");
}

// Of TYPE and UNIT.
std::string_view LintFamilies::word_of(const ExpositionLine& line, LintPosition at) {
  const auto text = trimmed(line.text);
  const auto before = static_cast<std::size_t>(text.data() - line.text.data());
  if (format_ == LintFormat::OpenMetrics && !text.empty() && text.size() < line.text.size())
    report_.error({at.line, line.text_column + (before > 0 ? 0 : text.size())}, line.name, "spacing",
                  "OpenMetrics has a single space before the word, and none after it");
  return text;
}

bool LintFamilies::declare(std::string_view name, MetricType type, LintPosition at) {
  if (const auto index = owner(name); index != kNone && families_[index].name == name) {
    report_.error(at, name, "repeated-family",
                  "message " + std::to_string(families_[index].first.line) + " has the same name; make one of both");
    return true;
  }
  if (!open(name, at)) return false;
  families_.back().type = type;
  claim_type(type, at);
  return true;
}

void LintFamilies::set_type(LintFamily& family, const ExpositionLine& line, LintPosition at) {
  const bool open_metrics = format_ == LintFormat::OpenMetrics;
  const auto word = word_of(line, at);
  const auto known = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeWord& type) {
    return type.word == word && (open_metrics ? type.open_metrics : type.text);
  });
  family.type_at = at;
  if (known == kTypes.end()) {
    report_.error(
        {at.line, line.text_column}, line.name, "unknown-type",
        in_quotes(word) + " is no type; " +
            (open_metrics ? "counter, gauge, histogram, gaugehistogram, summary, info, stateset and unknown are"
                          : "counter, gauge, histogram, summary and untyped are"));
    if (!family.type) {
      family.type = MetricType::Untyped;
      family.unknown_type = true;
      claim_any_suffix();
    }
    return;
  }
  if (family.type) return;
  family.type = known->type;
  claim_type(known->type, at);
}

LintFamily* LintFamilies::of_sample(const ExpositionLine& line, std::size_t number) {
  const LintPosition at{number, line.name_column};
  LintFamily* family = nullptr;
  if (current_ != kNone && line.name == families_[current_].name) {
    family = &families_[current_];  // most lines
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
  return family.kind() == MetricType::Histogram && has_gauge(family.name + "_gcount") &&
         has_gauge(family.name + "_gsum");
}

bool LintFamilies::has_gauge(const std::string& name) const {
  const auto index = owner(name);
  return index != kNone && families_[index].name == name && families_[index].kind() == MetricType::Gauge;
}

void LintFamilies::warn_of_total(std::string_view name) {
  const auto* family = current();
  if (!family || family->samples || family->type != MetricType::Counter || format_ == LintFormat::OpenMetrics) return;
  if (name == family->name + "_total")
    report_.warning(
        family->type_at, family->name, "type-of-other-name",
        "this TYPE is of no sample: outside OpenMetrics it has the counter's whole name, " + in_quotes(name));
}

}  // namespace vitals::detail
