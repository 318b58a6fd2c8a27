#include <mutex>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/info.hpp>

#include "core/registry/info_state.hpp"
#include "core/registry/scope_state.hpp"

namespace vitals {

namespace {
// Of all infos: they change rarely, and one of its own would have to outlive the info.
constinit std::mutex mutex;
}  // namespace

namespace detail {

void InfoState::set(std::vector<Label> labels) {
  std::vector<std::string_view> names;
  for (const auto& label : labels) names.push_back(label.name);
  check_labels(scope, family.name, names, "", utf8_names);
  current_ = std::move(labels);
}

std::vector<Label> InfoState::labels() const {
  const std::lock_guard lock{mutex};
  return current_;
}

Info& InfoState::make_handle(LastingMemory& memory) {
  handle_ = new (memory.allocate(sizeof(Info))) Info{*this};
  return *handle_;
}

void InfoState::end(LastingMemory& memory) noexcept {
  if (handle_ == nullptr) return;
  {
    const std::lock_guard lock{mutex};
    handle_->state_ = nullptr;
  }
  memory.release(handle_, sizeof(Info));
}

}  // namespace detail

void Info::set(std::vector<Label> labels) {
  const std::lock_guard lock{mutex};
  if (state_ != nullptr) state_->set(std::move(labels));
}

std::vector<Label> Info::labels() const {
  const std::lock_guard lock{mutex};
  return state_ == nullptr ? std::vector<Label>{} : state_->current();
}

}  // namespace vitals
