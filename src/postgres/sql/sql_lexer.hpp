#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vitals::detail {

// A keyword of at most 12 letters as a number, 5 bits each, so that keywords can be compared at once and switched over.
// Exact: no two words share a number. 0 for whatever is no such word.
constexpr std::uint64_t keyword(std::string_view word) noexcept {
  if (word.size() > 12) return 0;
  std::uint64_t key = 0;
  for (const char c : word) {
    const auto letter = static_cast<unsigned char>(c | 0x20) - 'a';
    if (letter < 0 || letter > 25) return 0;
    key = key << 5 | static_cast<std::uint64_t>(letter + 1);
  }
  return key;
}

struct SqlToken {
  enum Kind : std::uint8_t { kEnd, kWord, kQuoted, kLiteral, kParameter, kSymbol };

  Kind kind = kEnd;
  std::string_view text;      // a quoted identifier without its quotes; anything else as written
  std::uint64_t keyword = 0;  // of a word

  [[nodiscard]] bool is(char symbol) const noexcept { return kind == kSymbol && text.size() == 1 && text[0] == symbol; }
  [[nodiscard]] bool is_name() const noexcept { return kind == kWord || kind == kQuoted; }
};

// Splits SQL into tokens as PostgreSQL does with standard_conforming_strings on, comments left out. Never reads past
// the end; what isn't closed ends with the text.
class SqlLexer {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;

  explicit SqlLexer(std::string_view sql) noexcept;

  SqlToken next() noexcept;
  // Where the token that next() gave last begins and ends in the text.
  [[nodiscard]] std::size_t begin() const noexcept { return begin_; }
  [[nodiscard]] std::size_t end() const noexcept { return at_; }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }
  [[nodiscard]] std::string_view from(std::size_t begin) const noexcept { return sql_.substr(begin, at_ - begin); }
  void skip_blanks() noexcept;
  void skip_comment() noexcept;
  SqlToken word() noexcept;
  SqlToken quoted() noexcept;
  SqlToken string(bool escapes) noexcept;
  [[nodiscard]] std::size_t continuation() const noexcept;
  SqlToken dollar() noexcept;
  SqlToken number() noexcept;
  SqlToken symbol() noexcept;

  std::string_view sql_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
};

}  // namespace vitals::detail
