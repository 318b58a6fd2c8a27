#pragma once

#include <openssl/err.h>

namespace vitals::detail {

/// Takes from the thread's queue of OpenSSL what is put there while it lives; what the program has in it stays. Not
/// within each other: OpenSSL 1.1.1 has one mark for both.
class QuietErrors {
 public:
  QuietErrors() noexcept { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

}  // namespace vitals::detail
