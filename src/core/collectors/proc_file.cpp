#include "core/collectors/proc_file.hpp"

#include <cerrno>
#include <cstdint>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vitals::detail {

namespace {

// Of the thread that reads: the entries of the first thread are gone when it has ended before the process.
constexpr const char* kDescriptors = "/proc/thread-self/fd";
constexpr std::uint64_t kMaxListed = 65'536;

}  // namespace

ProcFile::ProcFile(const char* path) noexcept : fd_{::open(path, O_RDONLY | O_CLOEXEC)} {}

ProcFile::~ProcFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::size_t ProcFile::read(std::span<char> buffer) noexcept {
  if (fd_ < 0) return 0;
  ssize_t n = 0;
  do {
    n = ::read(fd_, buffer.data(), buffer.size());
  } while (n < 0 && errno == EINTR);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

SmallFile::SmallFile(const char* path) noexcept {
  ProcFile file{path};
  while (const std::size_t n = file.read(std::span{buffer_}.subspan(size_))) size_ += n;
}

std::string read_all(const char* path) {
  ProcFile file{path};
  std::string text;
  std::array<char, 4096> buffer;
  while (const std::size_t n = file.read(buffer)) text.append(buffer.data(), n);
  return text;
}

Number read_number(const std::string& path) noexcept { return parse_number(SmallFile{path.c_str()}.text()); }

void read_keys(const char* path, std::span<KeyedNumber> wanted) noexcept {
  ProcFile file{path};
  each_line([&file](std::span<char> buffer) { return file.read(buffer); },
            [wanted](std::string_view line) { take_line(line, wanted); });
}

Number count_open_fds() noexcept {
  // The size of the folder is their number since Linux 6.2, and 0 before. poll() would be quicker than a list, but
  // takes events away from those who wait for them.
  struct stat folder {};
  if (::stat(kDescriptors, &folder) == 0 && folder.st_size > 0) return static_cast<std::uint64_t>(folder.st_size);
  return list_open_fds();
}

Number list_open_fds() noexcept {
  DIR* folder = ::opendir(kDescriptors);
  if (folder == nullptr) return std::nullopt;
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(folder)) {
    count += entry->d_name[0] != '.' ? 1 : 0;
    if (count > kMaxListed) break;
  }
  ::closedir(folder);
  if (count == 0 || count > kMaxListed) return std::nullopt;
  return count - 1;  // without the one that reads the folder
}

}  // namespace vitals::detail
