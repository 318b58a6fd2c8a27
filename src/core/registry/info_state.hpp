#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include <vitals/info.hpp>
#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// What every Info is.
struct InfoState final : Info {
  InfoState(FamilySnapshot head, std::vector<Label> constant_labels, bool utf8)
      : family{std::move(head)}, constant{std::move(constant_labels)}, utf8_names{utf8} {}

  const FamilySnapshot family;        // without metrics
  const std::vector<Label> constant;  // labels of the registry
  const bool utf8_names;
  mutable std::mutex mutex;
  std::vector<Label> current;  // under the lock
};

}  // namespace vitals::detail
