#include "http/requests/user_labels.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace vitals::detail {
namespace {

[[noreturn]] void refuse_label(const HttpLabel& label, const std::string& rule) {
  throw std::invalid_argument("vitals::HttpMetrics: label \"" + label.name + "\": " + rule);
}

void check_values(const HttpLabel& label) {
  for (auto value = label.values.begin(); value != label.values.end(); ++value) {
    if (value->empty()) refuse_label(label, "an empty value is the same as no label; leave it out");
    if (std::find(label.values.begin(), value, *value) != value)
      refuse_label(label, "its value \"" + *value + "\" is listed twice; list it once");
  }
}

}  // namespace

UserLabels::UserLabels(std::vector<HttpLabel> labels) : labels_{std::move(labels)} {
  for (const auto& label : labels_) {
    check_values(label);
    combinations_ *= places(label);
    if (combinations_ > kMaxCombinations)
      refuse_label(label,
                   "with it the labels have more than 1000 combinations of values (each has its own, none and "
                   "`_OTHER`), and each route as many series; list fewer values");
  }
}

std::vector<std::uint16_t> UserLabels::listed() const {
  std::vector<std::uint16_t> all{0};
  std::size_t unit = 1;
  for (const auto& label : labels_) {
    std::vector<std::uint16_t> longer;
    for (const auto shorter : all) {
      for (std::size_t place = 1; place <= label.values.size(); ++place)
        longer.push_back(static_cast<std::uint16_t>(shorter + place * unit));
    }
    all = std::move(longer);
    unit *= places(label);
  }
  return all;
}

std::uint16_t UserLabels::of(const RequestHeaders& headers) const noexcept {
  std::size_t combination = 0;
  std::size_t unit = 1;
  for (const auto& label : labels_) {
    std::size_t place = 0;
    try {
      if (label.value) place = place_of(label, label.value(headers));
    } catch (...) {
      place = places(label) - 1;
    }
    combination += place * unit;
    unit *= places(label);
  }
  return static_cast<std::uint16_t>(combination);
}

std::uint16_t UserLabels::with(std::uint16_t combination, std::size_t i, std::string_view value) const noexcept {
  if (i >= labels_.size()) return combination;
  std::size_t unit = 1;
  for (std::size_t before = 0; before < i; ++before) unit *= places(labels_[before]);
  const std::size_t old = combination / unit % places(labels_[i]);
  return static_cast<std::uint16_t>(combination - old * unit + place_of(labels_[i], value) * unit);
}

void UserLabels::append_names(std::vector<std::string>& names) const {
  for (const auto& label : labels_) names.push_back(label.name);
}

void UserLabels::append(std::uint16_t combination, std::vector<LabelPair>& labels) const {
  std::size_t rest = combination;
  for (const auto& label : labels_) {
    const std::size_t place = rest % places(label);
    rest /= places(label);
    if (place == 0) continue;
    labels.push_back({label.name, place <= label.values.size() ? std::string_view{label.values[place - 1]} : "_OTHER"});
  }
}

std::size_t UserLabels::place_of(const HttpLabel& label, std::string_view value) noexcept {
  if (value.empty()) return 0;
  const auto found = std::find(label.values.begin(), label.values.end(), value);
  return static_cast<std::size_t>(found - label.values.begin()) + 1;
}

}  // namespace vitals::detail
