#include "core/system/replace_file.hpp"

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vitals::detail {

namespace {

// What follows the last slash, and what stands before it, with the slash.
std::pair<std::string_view, std::string_view> split_path(std::string_view path) noexcept {
  const std::size_t name = path.rfind('/') + 1;  // 0 without a slash
  return {path.substr(0, name), path.substr(name)};
}

std::optional<struct stat> status_of_file(const std::string& path, bool follow) {
  struct stat status {};
  if ((follow ? stat(path.c_str(), &status) : lstat(path.c_str(), &status)) == 0) return status;
  if (errno == ENOENT) return std::nullopt;
  throw std::system_error{errno, std::generic_category()};
}

// Where the links end that the path leads to; there need be no file.
std::string end_of_links(std::string path) {
  constexpr int kMaxLinks = 40;  // as Linux has it
  for (int n = 0;; ++n) {
    const auto status = status_of_file(path, false);
    if (!status || !S_ISLNK(status->st_mode)) return path;
    if (n == kMaxLinks) throw std::system_error{ELOOP, std::generic_category()};
    char target[PATH_MAX];
    const ssize_t size = readlink(path.c_str(), target, sizeof target);
    if (size < 0) throw std::system_error{errno, std::generic_category()};
    const std::string_view to{target, static_cast<std::size_t>(size)};
    path = to.starts_with('/') ? std::string{to} : std::string{split_path(path).first}.append(to);
  }
}

// A file that is removed unless it takes its place.
class UnfinishedFile {
 public:
  // Made beside the target, so that it can be renamed; its name doesn't end as names that are read do.
  UnfinishedFile(const std::string& target, mode_t mode) {
    const auto [folder, name] = split_path(target);
    constexpr std::size_t kMostOfName = 200;  // of the 255 bytes that a name may have
    const std::string begin =
        std::string{folder}.append(".").append(name.substr(0, kMostOfName)) + '.' + std::to_string(getpid()) + '.';
    std::uint32_t number = 0;
    (void)getentropy(&number, sizeof number);  // without, the first that is free
    do {
      path_ = begin + std::to_string(number++);
      fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    } while (fd_ < 0 && (errno == EEXIST || errno == EINTR));
    if (fd_ < 0) throw std::system_error{errno, std::generic_category()};
  }
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  ~UnfinishedFile() {
    if (fd_ >= 0) (void)close(fd_);
    if (!path_.empty()) (void)unlink(path_.c_str());
  }

  void take_rights_of(const struct stat& other) {
    // Before the mode, which it may change. Each by itself: a group of one's own may be set without privilege.
    if (fchown(fd_, static_cast<uid_t>(-1), other.st_gid) != 0) errno = 0;
    if (fchown(fd_, other.st_uid, static_cast<gid_t>(-1)) != 0) errno = 0;
    check(fchmod(fd_, other.st_mode & 07777));
  }

  void write_all(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(fd_, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      check(n);
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  void finish(const std::string& target) {
    if (fsync(fd_) != 0 && errno != EINVAL) check(-1);  // EINVAL: a file system that can't
    check(close(std::exchange(fd_, -1)));
    check(rename(path_.c_str(), target.c_str()));
    path_.clear();
  }

 private:
  static void check(ssize_t result) {
    if (result < 0) throw std::system_error{errno, std::generic_category()};
  }

  std::string path_;
  int fd_;
};

}  // namespace

void replace_file(const std::string& path, std::string_view text) {
  constexpr mode_t kNewMode = 0644;
  constexpr mode_t kOwnerAlone = 0600;  // until it has the rights of the old one
  const std::string target = end_of_links(path);
  const auto old = status_of_file(target, true);
  if (old && !S_ISREG(old->st_mode))
    throw std::system_error{S_ISDIR(old->st_mode) ? EISDIR : EINVAL, std::generic_category()};
  UnfinishedFile file{target, old ? kOwnerAlone : kNewMode};
  if (old) file.take_rights_of(*old);
  file.write_all(text);
  file.finish(target);
}

}  // namespace vitals::detail
