#include "core/system/process_mark.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

#include "core/system/pages.hpp"

namespace vitals::detail {

namespace {

// A mapped file that exec() forgets and fork() keeps, as it does this copy of the code.
void map_named_page(const char* name) noexcept {
  const int fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) return;
  if (ftruncate(fd, kPage) == 0) (void)mmap(nullptr, kPage, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
}

bool is_mapped(const char* name) noexcept {
  std::FILE* maps = std::fopen("/proc/self/maps", "re");
  if (maps == nullptr) return false;
  char line[512];  // of a longer one the rest is read as a line of its own
  bool found = false;
  while (!found && std::fgets(line, sizeof line, maps) != nullptr) {
    const char* file = std::strstr(line, "/memfd:");
    found = file != nullptr && std::strncmp(file + 7, name, std::strlen(name)) == 0;
  }
  std::fclose(maps);
  return found;
}

}  // namespace

bool mark_process(const char* name) noexcept {
  const int before = errno;
  const bool is_first = !is_mapped(name);
  if (is_first) map_named_page(name);
  errno = before;
  return is_first;
}

}  // namespace vitals::detail
