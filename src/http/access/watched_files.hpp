#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace vitals::detail {

/// Tells when files may have other contents than when they were read, and are whole: written in place, by rename, or by
/// a link to another file as Kubernetes swaps them.
/// Not thread-safe. Cost: a stat() of each file.
class WatchedFiles {
 public:
  WatchedFiles() = default;
  /// As they are now: call it before reading them. An empty path is left out.
  explicit WatchedFiles(std::vector<std::string> paths);

  enum class Look {
    Same,      ///< as they were the last time
    Changing,  ///< they are not: who writes them may not have finished
    Changed,   ///< before the last look, and not since; or so shortly before it that the time of the next write may be
               ///< the same
  };
  /// Between two looks lies the time that a writer has. The constructor's is the first.
  [[nodiscard]] Look look();
  /// Whether they differ now from what the last look has seen: what was read meanwhile may be half old, half new.
  [[nodiscard]] bool have_changed() const;

 private:
  // What stat() tells; all 0 of a file that it doesn't find.
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t bytes = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    auto operator<=>(const Stamp&) const = default;
  };

  [[nodiscard]] std::vector<Stamp> stamps() const;
  void see(std::vector<Stamp> stamps);

  std::vector<std::string> paths_;
  std::vector<Stamp> stamps_;
  bool is_changing_ = false;
  bool is_fresh_ = false;
};

}  // namespace vitals::detail
