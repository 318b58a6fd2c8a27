#pragma once

#include <string>

#include <vitals/detail/abi.hpp>

namespace vitals {

class Registry;

/// Writes the registry as text 0.0.4 into a file, for the textfile collector of node_exporter, which reads all `*.prom`
/// of a folder: for jobs that end before anyone could scrape them.
/// Atomic: whoever opens the file sees the old text or the new one, whole, also after a crash of the machine. It is
/// written beside the file as ".<name>.<process>.<number>", synced to the disk, and renamed; such a file stays only if
/// the process is killed meanwhile. A file that exists keeps its mode, and its owner and group where the process may
/// set them; a new one is rw-r--r--, less what the umask takes. Where the path is a link, the file that it leads to is
/// replaced (or made) and the link stays.
/// Throws std::system_error with the path and what the system says (disk full, no such folder, no permission); also
/// EISDIR for a folder, and EINVAL for a device or a pipe. Then the old file is as it was, and nothing is left beside
/// it. A process that has a limit of file sizes must ignore SIGXFSZ, or ends by it.
/// Thread-safe, and safe beside other processes: of several that write one file the last that renames wins. A scrape,
/// and some ms for the disk. Samples with a timestamp make node_exporter skip the file.
void write_textfile(const Registry& registry, const std::string& path);

}  // namespace vitals
