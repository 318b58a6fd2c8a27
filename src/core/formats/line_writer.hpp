#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/text/copy_text.hpp"

namespace vitals::detail {

// Appends lines to a text by way of a buffer that stays in the CPU's cache: a string's own append checks and ends the
// string each time, which costs more than the bytes.
class LineWriter {
 public:
  /// openmetrics: doubles that are whole have a point, 1.0.
  LineWriter(std::string& out, bool openmetrics) noexcept : openmetrics_{openmetrics}, out_{out} {}
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  ~LineWriter() = default;

  void flush() {
    out_.append(buffer_, static_cast<std::size_t>(at_ - buffer_));
    at_ = buffer_;
  }

  void put(std::string_view text) {
    if (text.size() > room()) [[unlikely]]
      return put_beyond(text);
    at_ = copy_text(at_, text);
  }
  void put(char c) {
    if (room() == 0) [[unlikely]]
      flush();
    *at_++ = c;
  }
  void put(std::uint64_t n) {
    if (room() < kNumber) [[unlikely]]
      flush();
    at_ = std::to_chars(at_, at_ + kNumber, n).ptr;
  }
  void put(double v) {
    if (!std::isfinite(v)) [[unlikely]]
      return put(std::isnan(v) ? std::string_view{"NaN"} : v > 0 ? std::string_view{"+Inf"} : std::string_view{"-Inf"});
    if (room() < kNumber) [[unlikely]]
      flush();
    char* const begin = at_;
    at_ = std::to_chars(at_, at_ + kNumber, v, std::chars_format::general).ptr;
    if (!openmetrics_ || std::string_view{begin, at_}.find_first_of(".e") != std::string_view::npos) return;
    put(std::string_view{".0"});
  }
  [[nodiscard]] bool is_openmetrics() const noexcept { return openmetrics_; }

  /// name{labels} and a space.
  void put_series(std::string_view name, std::string_view labels) {
    if (name.size() + labels.size() + 3 > room()) [[unlikely]]
      return put_series_in_parts(name, labels);
    char* at = copy_text(at_, name);
    if (!labels.empty()) {
      *at++ = '{';
      at = copy_text(at, labels);
      *at++ = '}';
    }
    *at++ = ' ';
    at_ = at;
  }

 private:
  static constexpr std::size_t kNumber = 40;

  [[nodiscard]] std::size_t room() const noexcept { return static_cast<std::size_t>(buffer_ + sizeof buffer_ - at_); }

  void put_series_in_parts(std::string_view name, std::string_view labels) {
    put(name);
    if (!labels.empty()) {
      put('{');
      put(labels);
      put('}');
    }
    put(' ');
  }
  void put_beyond(std::string_view text) {
    flush();
    if (text.size() > sizeof buffer_) {
      out_.append(text);
    } else {
      put(text);
    }
  }

  const bool openmetrics_;
  std::string& out_;
  char buffer_[16 * 1024];
  char* at_ = buffer_;
};

}  // namespace vitals::detail
