#pragma once

#include <utility>
#include <vector>

#include <vitals/info.hpp>
#include <vitals/snapshot.hpp>

#include "core/registry/scope_state.hpp"
#include "core/series/lasting_memory.hpp"

namespace vitals::detail {

/// What an Info stands for. Thread-safe, as long as it is there.
struct InfoState {
  InfoState(FamilySnapshot head, const ScopeState& its_scope, bool utf8)
      : family{std::move(head)}, scope{its_scope}, utf8_names{utf8} {}

  /// Under the lock of all infos, or before others know it.
  void set(std::vector<Label> labels);
  [[nodiscard]] const std::vector<Label>& current() const noexcept { return current_; }
  /// Takes that lock.
  [[nodiscard]] std::vector<Label> labels() const;

  /// What users hold, in memory whose address is used once. Throws std::bad_alloc.
  Info& make_handle(LastingMemory& memory);
  /// The handle, if it was made, leads nowhere from now on.
  void end(LastingMemory& memory) noexcept;

  const FamilySnapshot family;  // without metrics
  const ScopeState& scope;
  const bool utf8_names;

  [[nodiscard]] Info& handle() const noexcept { return *handle_; }

 private:
  Info* handle_ = nullptr;
  std::vector<Label> current_;  // under the lock of all infos
};

}  // namespace vitals::detail
