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
void* map_named_page(const char* name) noexcept {
  const int fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) return nullptr;
  void* page = ftruncate(fd, kPage) == 0 ? mmap(nullptr, kPage, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
  close(fd);
  return page == MAP_FAILED ? nullptr : page;
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

ProcessMark::ProcessMark(const char* name) noexcept {
  const int before = errno;
  is_first_ = !is_mapped(name);
  if (is_first_) page_ = map_named_page(name);
  errno = before;
}

ProcessMark::~ProcessMark() {
  if (page_ != nullptr) munmap(page_, kPage);
}

}  // namespace vitals::detail
