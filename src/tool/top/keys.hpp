#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace vitals::tool {

struct Key {
  enum class Kind { Text, Enter, Escape, Backspace, Tab, BackTab, Up, Down, Left, Right, PageUp, PageDown, Home, End };

  Kind kind = Kind::Text;
  std::string text{};  ///< of Text: one character

  bool operator==(const Key&) const = default;
};

/// Keys from the bytes that a terminal sends for them, of xterm, the Linux console and what is like them; unknown
/// sequences are none. What is cut between two reads is put together again.
class KeyReader {
 public:
  [[nodiscard]] std::vector<Key> read(std::string_view bytes);
  /// Whether an ESC came that may be a key, or the beginning of one.
  [[nodiscard]] bool is_waiting() const { return !rest_.empty(); }
  /// Nothing came after it for a while.
  [[nodiscard]] std::vector<Key> end();

 private:
  std::string rest_;
};

}  // namespace vitals::tool
