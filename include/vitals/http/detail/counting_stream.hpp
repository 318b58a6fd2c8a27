#pragma once

#include <cstdint>
#include <ostream>
#include <streambuf>

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

/// Passes what is written to it on to another stream, at once, and counts it: for adapters, of bodies.
class CountingStream final : public std::ostream {
 public:
  CountingStream() : std::ostream{nullptr} { rdbuf(&buffer_); }

  /// REQUIRES: called before anything is written, with a stream that outlives the last write.
  void pass_to(std::ostream& stream) noexcept { buffer_.to = &stream; }
  /// Counts bytes that went another way.
  void add(std::uint64_t n) noexcept { buffer_.bytes += n; }
  /// What the other stream took, and what was added.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return buffer_.bytes; }

 private:
  struct Buffer final : std::streambuf {
    std::ostream* to = nullptr;
    std::uint64_t bytes = 0;

    std::streamsize xsputn(const char* data, std::streamsize n) override {
      if (to == nullptr || !to->write(data, n)) return 0;
      bytes += static_cast<std::uint64_t>(n);
      return n;
    }
    int_type overflow(int_type c) override {
      const char byte = traits_type::to_char_type(c);
      return xsputn(&byte, 1) == 1 ? traits_type::not_eof(c) : traits_type::eof();
    }
    int sync() override { return to == nullptr || to->flush() ? 0 : -1; }
  };

  Buffer buffer_;
};

}  // namespace vitals::detail
