#pragma once

namespace vitals::detail {

/// A mark in the process, a mapped page of this name, by which copies of this code find each other; it ends with the
/// object, so when the copy is unloaded. Reads /proc/self/maps.
class ProcessMark {
 public:
  explicit ProcessMark(const char* name) noexcept;
  ~ProcessMark();
  ProcessMark(const ProcessMark&) = delete;
  ProcessMark& operator=(const ProcessMark&) = delete;

  /// False if there was one of this name already. True also where that can't be seen (no memfd, no /proc).
  [[nodiscard]] bool is_first() const noexcept { return is_first_; }

 private:
  bool is_first_;
  void* page_ = nullptr;
};

}  // namespace vitals::detail
