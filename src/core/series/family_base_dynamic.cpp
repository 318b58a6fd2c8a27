// Series by labels that are given with their names, and those of families whose series have label names of their own.
#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "core/series/family_base.hpp"
#include "core/series/given_labels.hpp"
#include "core/series/valid_values.hpp"
#include "core/text/label_rules.hpp"
#include "core/text/refuse.hpp"

namespace vitals::detail {

namespace {

bool are_valid_utf8(std::span<const LabelPair> labels) noexcept {
  return std::all_of(labels.begin(), labels.end(), [](const auto& label) { return is_valid_utf8(label.value); });
}

// Calls use with the labels, their values valid UTF-8.
template <class Use>
auto with_valid(SortedLabels& labels, Use use) {
  if (are_valid_utf8(labels.views())) return use(labels.views());
  const ValidValues valid{labels.views(), [](const LabelPair& label) { return label.value; }};
  for (std::size_t i = 0; i < valid.views().size(); ++i) labels.set_value(i, valid.views()[i]);
  return use(labels.views());
}

bool has_empty_name(std::span<const LabelPair> sorted) noexcept {
  return !sorted.empty() && sorted.front().name.empty();
}

}  // namespace

std::string MetricName::str() const { return family_ == nullptr ? *text_ : family_->name(); }

std::string FamilyBase::name() const {
  const std::lock_guard lock{mutex_};
  return declared_.name;
}

void* FamilyBase::find_or_create_ordered(std::span<const GivenLabel> labels, const FamilyHandle& asked,
                                         const Buckets* bounds) {
  if (declared_.open_labels) {
    void* found = find_or_create_open(labels, {&asked, bounds});
    return is_for(&asked) ? found : nullptr;
  }
  return with_ordered_values(*this, declared_.labels, labels, [&](const std::string_view* values) {
    const std::size_t n = declared_.labels.size();
    return bounds == nullptr ? detail::find_or_create(asked, values, n) : find_or_create({values, n}, asked, *bounds);
  });
}

bool FamilyBase::remove(std::span<const GivenLabel> labels, const FamilyHandle& asked, const void* only_this) {
  if (declared_.open_labels) return remove_open(labels, asked, only_this);
  return with_ordered_values(*this, declared_.labels, labels, [&](const std::string_view* values) {
    return remove(std::span{values, declared_.labels.size()}, asked, only_this);
  });
}

void FamilyBase::check_has(std::string_view label) const {
  const auto& labels = declared_.labels;
  if (declared_.open_labels || std::find(labels.begin(), labels.end(), label) != labels.end()) return;
  refuse(name(), "remove_matching() was given label \"" + to_valid_utf8(label) +
                     "\", which was not declared; use one of those that were");
}

void* FamilyBase::find_or_create_open(std::span<const GivenLabel> given, const Wish& wish) {
  SortedLabels labels{*this, given};
  if (!labels.have_overflow() && !has_empty_name(labels.views())) [[likely]] {
    const OpenKey key{labels.views()};
    const SeriesTable::Search search = table_.search(key.words());
    if (void* found = table_.find(search)) return found;
  }
  check_open(labels.views());
  return with_valid(labels, [&](std::span<const LabelPair> valid) {
    const OpenKey key{valid};
    const SeriesTable::Search search = table_.search(key.words());
    void* found = table_.find(search);
    return found != nullptr ? found : find_or_create_valid(search, wish);
  });
}

bool FamilyBase::remove_open(std::span<const GivenLabel> given, const FamilyHandle& asked, const void* only_this) {
  SortedLabels labels{*this, given};
  if (has_empty_name(labels.views())) return false;
  return with_valid(labels,
                    [&](std::span<const LabelPair> valid) { return remove(OpenKey{valid}.words(), asked, only_this); });
}

// Before the limit is asked for, so that a name is refused whether or not there is room.
void FamilyBase::check_open(std::span<const LabelPair> labels) const {
  const auto& constant = declared_.constant_labels;
  const std::string own = type_ == MetricType::StateSet ? name() : std::string{};
  const auto is_constant = [&](std::string_view name) {
    return std::any_of(constant.begin(), constant.end(), [&](const Label& label) { return label.name == name; });
  };
  const auto is_plain = [&](const LabelPair& label) {
    return is_plain_label(label.name) && label.name != own && !is_constant(label.name);
  };
  // Without an allocation, for look-ups beyond the limit.
  if (!environment_.utf8_names && std::all_of(labels.begin(), labels.end(), is_plain)) return;

  std::vector<std::string_view> names;
  for (const Label& label : constant) names.push_back(label.name);
  for (const LabelPair& label : labels) {
    const std::string what = "label \"" + to_valid_utf8(label.name) + "\": ";
    if (label.name == kOverflowLabel)
      refuse(name(), what + "the name is reserved for the series beyond the limit; rename the label");
    if (is_constant(label.name))
      refuse(name(), what + "it is a constant label, which every series has; rename the label");
    names.push_back(label.name);
  }
  check_label_names(name(), names, own, environment_.utf8_names);
}

}  // namespace vitals::detail
