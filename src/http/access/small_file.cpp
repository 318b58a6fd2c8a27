#include "http/access/small_file.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text/printable.hpp"
#include "core/text/process_user.hpp"

namespace vitals::detail {

namespace {

struct OpenFile {
  explicit OpenFile(const std::string& path) : fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  ~OpenFile() {
    if (fd >= 0) close(fd);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  const int fd;
};

}  // namespace

std::string small_file(const std::string& path, std::size_t limit, const std::string& what) {
  const auto refuse_with = [&](const std::string& why, const std::string& fix) {
    throw std::invalid_argument(printable(path, 4096) + ": " + why + "; " + fix);
  };
  const auto refuse = [&](const std::string& why) { refuse_with(why, "give the path of " + what); };
  const auto refuse_by_errno = [&] {
    const std::string why = "can't be read: " + std::generic_category().message(errno);
    if (errno == EACCES) refuse_with(why, "let " + process_user() + " read it");
    refuse(why);
  };
  if (path.find('\0') != path.npos) refuse("a path has no NUL");

  const OpenFile file(path);
  if (file.fd < 0) refuse_by_errno();
  struct stat found {};
  if (fstat(file.fd, &found) != 0) refuse_by_errno();
  if (S_ISDIR(found.st_mode)) refuse("is a folder");
  if (!S_ISREG(found.st_mode)) refuse("is a device, a pipe or a socket, and not a file that can be read again");

  // One byte more than is taken is enough to be refused.
  std::string text(std::min(limit, static_cast<std::size_t>(found.st_size)) + 1, '\0');
  std::size_t n = 0;
  while (n < text.size()) {
    const auto got = read(file.fd, text.data() + n, text.size() - n);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse_by_errno();
    if (got == 0) break;
    n += static_cast<std::size_t>(got);
    if (n == text.size() && n <= limit) text.resize(std::min(limit, 2 * n) + 1);  // it has grown
  }
  if (n > limit) refuse("is larger than " + std::to_string(limit >> 10) + " KiB");
  text.resize(n);
  return text;
}

}  // namespace vitals::detail
