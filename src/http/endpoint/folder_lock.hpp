#pragma once

#include <string>

#include "http/endpoint/descriptor.hpp"

namespace vitals::detail {

/// Keeps others that take it out of the folder of a path for as long as it lives: flock() on the folder itself, which
/// leaves no file, and ends with the process.
/// Waits 2 s at most, since everybody who may read the folder may hold it. After that, and where there are no such
/// locks (NFS, a folder that may not be read), nobody is kept out.
class FolderLock {
 public:
  explicit FolderLock(const std::string& path);

 private:
  Descriptor folder_;
};

}  // namespace vitals::detail
