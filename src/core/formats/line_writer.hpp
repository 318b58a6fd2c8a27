#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "core/formats/piece_sink.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/text/copy_text.hpp"

namespace vitals::detail {

/// Appends lines to a text by way of a buffer that stays in the CPU's cache: a string's own append checks and ends the
/// string each time, which costs more than the bytes. With a sink, what the text holds goes there by and by.
class LineWriter {
 public:
  /// is_openmetrics: doubles that are whole have a point, 1.0. REQUIRES: out and sink, which may be null, live as long
  /// as this.
  LineWriter(std::string& out, bool is_openmetrics, const PieceSink* sink = nullptr) noexcept
      : is_openmetrics_{is_openmetrics}, out_{out}, sink_{sink} {}
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

  /// The bytes of all that was written: given to the sink, in the text, in the buffer.
  [[nodiscard]] std::size_t size() const noexcept {
    return given_ + out_.size() + static_cast<std::size_t>(at_ - buffer_);
  }
  /// REQUIRES: not more than size(), and not less than hold() kept.
  void resize(std::size_t bytes) {
    const std::size_t left = bytes - given_;
    if (left < out_.size()) {
      out_.resize(left);
      at_ = buffer_;
    } else {
      at_ = buffer_ + (left - out_.size());
    }
  }

  /// Keeps from the sink what comes after so many bytes, or fewer if less is kept already, until release() is called
  /// with what this returned.
  [[nodiscard]] std::size_t hold(std::size_t bytes) noexcept {
    return std::exchange(held_, bytes < held_ ? bytes : held_);
  }
  void release(std::size_t held_before) noexcept { held_ = held_before; }
  /// What was written after so many bytes. REQUIRES: they are kept, and flushed.
  [[nodiscard]] std::string_view since(std::size_t bytes) const {
    return std::string_view{out_}.substr(bytes - given_);
  }
  /// Gives the sink, if there is one, what is in the text if it is enough for a piece.
  void give() {
    if (sink_ != nullptr && out_.size() >= kPieceBytes) give_piece();
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
    give();
    (out_.append(texts), ...);
    at_ = write(at_, n);
    *at_++ = '\n';
  }

  void give_piece();

  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  const bool is_openmetrics_;
  std::string& out_;
  const PieceSink* const sink_;
  std::size_t given_ = 0;
  std::size_t held_ = kNone;
  char buffer_[16 * 1024];
  char* at_ = buffer_;
};

}  // namespace vitals::detail
