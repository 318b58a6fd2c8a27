#pragma once

#include <exception>
#include <map>
#include <mutex>
#include <string>

namespace vitals::detail {

// The types of exceptions as values of a label: the first kMax that are seen, then `_OTHER`, so that they are bounded.
// Thread-safe.
class ExceptionTypes {
 public:
  /// "std::runtime_error", at most 128 bytes. REQUIRES: error is not null.
  [[nodiscard]] std::string name(const std::exception_ptr& error);

  static constexpr std::size_t kMax = 20;

 private:
  std::mutex mutex_;
  // By the name that the compiler gives them, and not by std::type_info, which may be of a plug-in that is unloaded.
  std::map<std::string, std::string, std::less<>> names_;
};

}  // namespace vitals::detail
