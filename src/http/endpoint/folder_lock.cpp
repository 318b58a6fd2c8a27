#include "http/endpoint/folder_lock.hpp"

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>

namespace vitals::detail {
namespace {

constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::milliseconds kPause{1};

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, slash + 1);
}

}  // namespace

FolderLock::FolderLock(const std::string& path)
    : folder_{open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)} {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (folder_.get() >= 0 && flock(folder_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR && (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > until)) return;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace vitals::detail
