#pragma once

#include <cstddef>
#include <string>

namespace vitals::detail {

/// The contents of a regular file of at most that many bytes. Throws std::invalid_argument with the path, why it can't
/// be read and, with `what` it should be ("a users file"), the fix.
[[nodiscard]] std::string small_file(const std::string& path, std::size_t limit, const std::string& what);

}  // namespace vitals::detail
