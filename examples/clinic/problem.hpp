#pragma once

#include <stdexcept>
#include <string>

namespace clinic {

/// What is wrong with a request: thrown anywhere while it is handled, answered as {"error": reason} with this status.
class Problem : public std::runtime_error {
 public:
  Problem(int status, const std::string& reason) : std::runtime_error{reason}, status_{status} {}

  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  int status_;
};

inline Problem bad_request(const std::string& reason) { return {400, reason}; }
inline Problem unauthorized(const std::string& reason) { return {401, reason}; }
inline Problem not_found(const std::string& reason) { return {404, reason}; }

}  // namespace clinic
