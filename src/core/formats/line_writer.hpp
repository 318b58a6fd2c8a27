#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/formats/text_pieces.hpp"
#include "core/text/copy_text.hpp"

namespace vitals::detail {

/// Appends lines to a text by way of a buffer that stays in the CPU's cache: a string's own append checks and ends the
/// string each time, which costs more than the bytes.
class LineWriter {
 public:
  /// is_openmetrics: doubles that are whole have a point, 1.0. REQUIRES: out lives as long as this.
  LineWriter(std::string& out, bool is_openmetrics) noexcept : is_openmetrics_{is_openmetrics}, out_{out} {}
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  ~LineWriter() = default;

  [[nodiscard]] bool is_openmetrics() const noexcept { return is_openmetrics_; }

  /// A line: the texts, and a number behind them (or a text of at most kNumberBytes). All by value, in registers: what
  /// is written can't be taken for one of their lengths.
  template <class Number, std::same_as<std::string_view>... Texts>
  void put_line(Number n, Texts... texts) {
    if ((texts.size() + ...) + kNumberBytes + 1 > room()) [[unlikely]]
      return put_beyond(n, texts...);
    char* at = at_;
    ((at = copy_text(at, texts)), ...);
    at = write(at, n);
    *at++ = '\n';
    at_ = at;
  }
  /// Adds to the line that was put last, before its end.
  void extend_line(std::string_view text) {
    --at_;
    flush();
    out_.append(text);
    *at_++ = '\n';
  }

  /// The bytes of the text and of what is in the buffer.
  [[nodiscard]] std::size_t size() const noexcept { return out_.size() + static_cast<std::size_t>(at_ - buffer_); }
  /// REQUIRES: not more than size().
  void resize(std::size_t bytes) {
    if (bytes < out_.size()) {
      out_.resize(bytes);
      at_ = buffer_;
    } else {
      at_ = buffer_ + (bytes - out_.size());
    }
  }

  /// Moves what is in the buffer to the text.
  void flush() {
    out_.append(buffer_, static_cast<std::size_t>(at_ - buffer_));
    at_ = buffer_;
  }

 private:
  char* write(char* at, std::uint64_t n) const noexcept { return std::to_chars(at, at + kNumberBytes, n).ptr; }
  char* write(char* at, double v) const noexcept { return write_float(at, v, is_openmetrics_); }
  char* write(char* at, std::string_view text) const noexcept { return copy_text(at, text); }

  [[nodiscard]] std::size_t room() const noexcept { return static_cast<std::size_t>(buffer_ + sizeof buffer_ - at_); }

  // The same where there is no room for all of it. Leaves the end of the line in the buffer.
  template <class Number, class... Texts>
  void put_beyond(Number n, Texts... texts) {
    flush();
    (out_.append(texts), ...);
    at_ = write(at_, n);
    *at_++ = '\n';
  }

  const bool is_openmetrics_;
  std::string& out_;
  char buffer_[16 * 1024];
  char* at_ = buffer_;
};

}  // namespace vitals::detail
