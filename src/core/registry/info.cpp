#include "core/registry/info_state.hpp"

#include <string_view>
#include <utility>

#include <vitals/info.hpp>

#include "core/registry/declaration_rules.hpp"

namespace vitals {

Info::~Info() { delete data_; }

void Info::set(std::vector<Label> labels) {
  std::vector<std::string_view> names;
  for (const auto& label : data_->constant) names.push_back(label.name);
  for (const auto& label : labels) names.push_back(label.name);
  detail::check_label_names(data_->name, names, "", data_->utf8_names);
  const std::lock_guard lock{data_->mutex};
  data_->labels = std::move(labels);
}

std::vector<Label> Info::labels() const {
  const std::lock_guard lock{data_->mutex};
  return data_->labels;
}

}  // namespace vitals
