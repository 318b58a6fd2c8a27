#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vitals::detail {

/// A keyword of at most 12 letters as a number, 5 bits for each letter, so that keywords are compared at once and can
/// be the cases of a switch. Exact: no two words share a number. 0 for any other text.
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

/// One token of SQL. Its text is a view of the SQL that was read.
struct SqlToken {
  enum class Kind : std::uint8_t { End, Word, Quoted, Literal, Parameter, Symbol };

  Kind kind = Kind::End;
  std::string_view text;      ///< a quoted identifier without its quotes; anything else as written
  std::uint64_t keyword = 0;  ///< keyword(text) of a word; 0 of other tokens

  [[nodiscard]] bool is(char symbol) const noexcept {
    return kind == Kind::Symbol && text.size() == 1 && text[0] == symbol;
  }
  [[nodiscard]] bool is_name() const noexcept { return kind == Kind::Word || kind == Kind::Quoted; }
};

/// The text without what stands behind its last token, if that ends in a block comment: frameworks append one with a
/// trace id, which makes every text unique. Without a line comment in the text it costs a few searches.
std::string_view without_last_comment(std::string_view sql) noexcept;

/// Splits SQL into tokens as PostgreSQL does with standard_conforming_strings on, and leaves comments out.
/// Never reads past the end of the text; a string, name or comment that isn't closed ends there.
class SqlLexer {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;  ///< the rest of a longer text is not read

  explicit SqlLexer(std::string_view sql) noexcept;

  /// The next token, of kind End at the end of the text.
  SqlToken next() noexcept;
  /// Where the token that next() gave last begins and ends in the text.
  [[nodiscard]] std::size_t begin() const noexcept { return begin_; }
  [[nodiscard]] std::size_t end() const noexcept { return at_; }
  /// Goes to the token that begins here.
  void seek(const char* token) noexcept { at_ = static_cast<std::size_t>(token - sql_.data()); }

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
