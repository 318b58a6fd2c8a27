#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/endpoint/body_encoder.hpp"

namespace vitals::detail {

// The bytes of bodies that someone holds or makes, and how many there may be. Thread-safe.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t limit) noexcept : limit_{limit} {}

  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
  [[nodiscard]] std::size_t held() const noexcept { return held_.load(std::memory_order_relaxed); }
  /// False: there is no room for so many more, and none are taken.
  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    if (held_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_) return true;
    give_back(bytes);
    return false;
  }
  void give_back(std::size_t bytes) noexcept { held_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> held_{0};  // relaxed: a figure to compare with a limit
};

// An answer's body, in pieces.
class BodyText {
 public:
  /// A text that counts for no budget.
  explicit BodyText(std::string text) : size_{text.size()} { pieces_.push_back(std::move(text)); }
  explicit BodyText(std::shared_ptr<BodyBudget> budget) noexcept : budget_{std::move(budget)} {}
  ~BodyText();
  BodyText(const BodyText&) = delete;
  BodyText& operator=(const BodyText&) = delete;

  [[nodiscard]] std::span<const std::string> pieces() const noexcept { return pieces_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Throws BodyTooLarge if the budget has no room for it.
  void add(std::string piece);

 private:
  std::vector<std::string> pieces_;
  std::size_t size_ = 0;
  std::size_t taken_ = 0;
  std::shared_ptr<BodyBudget> budget_;
};

struct BodyTooLarge : std::length_error {
  using std::length_error::length_error;
};

/// Shared by all connections that it is sent to.
using Body = std::shared_ptr<const BodyText>;

[[nodiscard]] inline Body make_body(std::string_view text) {
  return std::make_shared<const BodyText>(std::string{text});
}

// Makes a body of a text that comes in pieces. Small ones are left as they are, whatever the encoding.
class BodyMaker {
 public:
  BodyMaker(Encoding encoding, std::shared_ptr<BodyBudget> budget);

  /// Throws BodyTooLarge if the budget has no room for it.
  void add(std::string_view piece);
  [[nodiscard]] Body finish();
  [[nodiscard]] Encoding asked() const noexcept { return asked_; }
  /// As it came out.
  [[nodiscard]] Encoding encoding() const noexcept { return encoding_; }

 private:
  void feed(std::string_view piece);
  void seal();

  const Encoding asked_;
  Encoding encoding_;
  BodyEncoder encoder_;
  std::shared_ptr<BodyText> body_;
  std::string first_;  // what came so far, as long as that is small
  std::string open_;   // the piece that is being filled
  bool is_small_ = true;
};

}  // namespace vitals::detail
