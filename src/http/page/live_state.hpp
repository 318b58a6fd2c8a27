#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/service_levels.hpp>
#include <vitals/snapshot.hpp>

#include "http/history/history.hpp"
#include "http/page/live_data.hpp"

namespace vitals::detail {

/// What a live page knows: the past of a registry, and its slowest and failed requests. Thread-safe: a sample waits for
/// an answer that is being made, and an answer for a sample.
class LiveState {
 public:
  /// Judges by these levels; null: by the built-in ones. They need not live on.
  LiveState(const ServiceLevels* levels, std::size_t max_history_bytes);

  /// The registry as it is now. Throws std::bad_alloc.
  void sample(const std::vector<FamilySnapshot>& now);
  /// There is none this time.
  void skip_sample() noexcept;
  /// When the next sample is due.
  [[nodiscard]] History::TimePoint next_sample() const noexcept;

  struct Answer {
    int status = 200;
    std::string json;
  };
  /// What its endpoint adds, as LiveInput has it.
  struct Surroundings {
    std::string levels_json = {};
    std::vector<std::string> links = {};
  };
  /// Of "data?range=300" or "metric?name=a_total&range=300".
  [[nodiscard]] Answer answer(std::string_view target, const Surroundings& around) const;

 private:
  void keep_version(const std::vector<FamilySnapshot>& now);
  void keep_traced(const std::vector<FamilySnapshot>& now);

  const std::optional<ServiceLevels> levels_;
  mutable std::mutex mutex_;  // of all that follows
  History history_;
  std::vector<TracedRequest> slowest_;
  std::vector<TracedRequest> failures_;
  std::string version_;
  UnixNanos first_sample_ = 0;
  // Not at once: callbacks may need what is made after the endpoint.
  History::TimePoint next_sample_ = std::chrono::steady_clock::now() + std::chrono::seconds{1};
};

}  // namespace vitals::detail
