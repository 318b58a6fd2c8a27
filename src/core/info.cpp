#include <string_view>
#include <utility>

#include <vitals/info.hpp>

#include "core/names.hpp"

namespace vitals {

Info::Info(std::string name, std::vector<Label> constant, bool utf8_names)
    : name_{std::move(name)}, constant_{std::move(constant)}, utf8_names_{utf8_names} {}

void Info::set(std::vector<Label> labels) {
  std::vector<std::string_view> names;
  for (const auto* list : {&constant_, static_cast<const std::vector<Label>*>(&labels)}) {
    for (const auto& label : *list) names.push_back(label.name);
  }
  detail::check_label_names(name_, names, "", utf8_names_);
  const std::lock_guard lock{mutex_};
  labels_ = std::move(labels);
}

std::vector<Label> Info::labels() const {
  const std::lock_guard lock{mutex_};
  return labels_;
}

}  // namespace vitals
