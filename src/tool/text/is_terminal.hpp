#pragma once

namespace vitals::tool {

/// Whether what is written to a descriptor, such as STDERR_FILENO, goes to a terminal that can rewrite its lines.
bool is_terminal(int descriptor);

}  // namespace vitals::tool
