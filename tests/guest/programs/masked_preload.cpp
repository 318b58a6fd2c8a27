// Shows the file $CPU_LIST where a program opens the kernel's list of CPUs: as a mount does, where mounts are not
// allowed.
#include <cstdarg>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

extern "C" int open(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(more, int) : 0;
  va_end(more);
  const char* list = std::getenv("CPU_LIST");
  if (list != nullptr && std::strcmp(path, "/sys/devices/system/cpu/possible") == 0) path = list;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
