#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/collectors/proc_parse.hpp"

// Reads small files. A file is open only during the call, and programs that are started meanwhile do not inherit it.
namespace vitals::detail {

class ProcFile {
 public:
  explicit ProcFile(const char* path) noexcept;
  ~ProcFile();
  ProcFile(const ProcFile&) = delete;
  ProcFile& operator=(const ProcFile&) = delete;

  /// How many bytes were read; 0 at the end, at an error, and if there is no such file.
  std::size_t read(std::span<char> buffer) noexcept;

 private:
  int fd_;
};

/// Calls line() for each line of what read() gives in pieces, without its end. Lines of 4 KiB and more are left out.
template <class Read, class Line>
void each_line(Read read, Line line) {
  std::array<char, 4096> buffer;
  std::size_t held = 0;
  bool too_long = false;
  while (const std::size_t n = read(std::span{buffer}.subspan(held))) {
    std::string_view text{buffer.data(), held + n};
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      if (!std::exchange(too_long, false)) line(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    if (text.size() == buffer.size()) {
      too_long = true;
      text = {};
    }
    held = text.size();
    if (held > 0) std::memmove(buffer.data(), text.data(), held);
  }
  if (held > 0 && !too_long) line(std::string_view{buffer.data(), held});
}

/// The first 4 KiB of a file, without allocation; empty if there is none.
class SmallFile {
 public:
  explicit SmallFile(const char* path) noexcept;

  [[nodiscard]] std::string_view text() const noexcept { return {buffer_.data(), size_}; }

 private:
  std::array<char, 4096> buffer_;
  std::size_t size_ = 0;
};

/// The whole of a file, however long.
std::string read_all(const char* path);

Number read_number(const std::string& path) noexcept;

void read_keys(const char* path, std::span<KeyedNumber> wanted) noexcept;

/// Descriptors of this process that are open; nullopt if the kernel doesn't tell it in bounded time.
Number count_open_fds() noexcept;
/// The same by listing them, for kernels before 6.2: 0.7 µs for each, so more than 65,536 are not counted.
Number list_open_fds() noexcept;

}  // namespace vitals::detail
