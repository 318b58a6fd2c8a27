#pragma once
#include <string>
#include <vector>

#include <sys/types.h>

namespace vitals::tool {

struct ToolResult {
  int status;  ///< exit status; 128 + signal when it was killed
  std::string out;
  std::string err;
};

/// The folder with the expositions and targets files of the tests.
std::string data_folder();
std::string read_text(const std::string& path);
/// A folder that lives as long as the test program.
std::string temporary_folder();
/// Writes a file there and gives its path.
std::string temporary_file(const std::string& name, const std::string& text);

/// What a shell command prints, compressed by gzip.
std::string gzipped(const std::string& command);

/// Runs the real `vitals` in data_folder(), so that paths in its output are the same everywhere.
ToolResult run_tool(const std::vector<std::string>& arguments);

/// Starts it with these descriptors as its stdin, stdout and stderr; finish with wait_for().
pid_t start_tool(const std::vector<std::string>& arguments, int in, int out, int err);
int wait_for(pid_t process);

}  // namespace vitals::tool
