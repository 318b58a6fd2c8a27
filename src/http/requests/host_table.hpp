#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::detail {

// An absolute URL, taken apart: "https://user@api.example.com:8443/v1?x" into "user@api.example.com:8443" and "/v1?x".
struct UrlParts {
  std::string_view authority;  // empty: it is no absolute URL, and then all of it is the path
  std::string_view path;
};
[[nodiscard]] UrlParts split_url(std::string_view url) noexcept;

// A host's name as it is compared and shown: of "user@API.example.com:8443" it is "api.example.com". Empty: it is none.
class HostName {
 public:
  /// The longest that there may be: RFC 1035 section 2.3.4, as text.
  static constexpr std::size_t kMaxSize = 253;

  explicit HostName(std::string_view authority) noexcept;

  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }
  [[nodiscard]] std::uint32_t hash() const noexcept { return hash_; }

 private:
  std::size_t put(std::string_view text, const std::array<char, 256>& characters) noexcept;

  std::size_t size_ = 0;
  std::uint32_t hash_ = 0;
  std::array<char, kMaxSize + 8> text_;  // written up to size_, and eight zeros
};

// The hosts that may be labels, each with its index: those that are listed, and the first others that come, as far as
// there is room. It only ever grows. Thread-safe: what is there is found without a lock.
class HostTable {
 public:
  static constexpr std::uint16_t kOther = 0;
  static constexpr std::size_t kMaxHosts = 1'000;

  /// Throws std::invalid_argument for a malformed host, and if there are or may be more than kMaxHosts.
  HostTable(const std::vector<std::string>& listed, std::size_t max_learned);

  /// The index of a host, which may have a port; kOther if it is none, or one for which there is no room.
  [[nodiscard]] std::uint16_t index(std::string_view authority) noexcept;
  /// Of an index that was given.
  [[nodiscard]] std::string_view name(std::uint16_t index) const noexcept;
  /// Indices are less.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_ + 1; }

 private:
  struct Host {
    const std::string name;
    const std::uint16_t index;
  };

  [[nodiscard]] std::atomic<Host*>& slot(const HostName& name) const noexcept;
  [[nodiscard]] std::uint16_t learn(const HostName& name) noexcept;

  const std::size_t capacity_;
  const std::size_t mask_;
  // Open addressing, at most half full: a search ends at an empty slot. A slot is set once. Release and acquire: who
  // reads a pointer sees the host that it points to.
  const std::unique_ptr<std::atomic<Host*>[]> slots_;
  std::atomic<bool> is_full_{false};  // relaxed: only spares learn() the lock
  mutable std::mutex mutex_;          // of hosts_
  std::deque<Host> hosts_;            // by index, less one; a deque, since hosts must not move
};

}  // namespace vitals::detail
