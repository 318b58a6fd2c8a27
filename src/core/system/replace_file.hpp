#pragma once

#include <string>
#include <string_view>

namespace vitals::detail {

/// Puts the text into the file at once: whoever reads the path sees the old text or the new one, also after a crash. A
/// file that is there keeps its rights; a link is followed. Throws std::system_error, and then nothing has changed.
void replace_file(const std::string& path, std::string_view text);

}  // namespace vitals::detail
