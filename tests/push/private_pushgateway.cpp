#include "push/private_pushgateway.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <unistd.h>

namespace vitals::test {
namespace {

std::string content(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<std::string> command(const TemporaryFolder& folder, const std::string& web_config, int port) {
  std::vector<std::string> all{"prometheus-pushgateway", "--web.listen-address=127.0.0.1:" + std::to_string(port),
                               "--persistence.file="};
  if (!web_config.empty()) all.push_back("--web.config.file=" + folder.write("web.yml", web_config));
  return all;
}

}  // namespace

TemporaryFolder::TemporaryFolder() : path_{(std::filesystem::temp_directory_path() / "vitals-push.XXXXXX").string()} {
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error{"can't make the folder " + path_};
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream out{path(name), std::ios::binary};
  out << text;
  if (!out.flush()) throw std::runtime_error{"can't write " + path(name)};
  return path(name);
}

std::string output_of(const std::string& command) {
  std::FILE* const pipe = ::popen(command.c_str(), "re");
  std::string output;
  char buffer[4096];
  while (const auto n = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, n);
  if (::pclose(pipe) != 0) throw std::runtime_error{command + ": " + output};
  return output;
}

bool PrivatePushgateway::installed() { return std::system("command -v prometheus-pushgateway >/dev/null") == 0; }

PrivatePushgateway::PrivatePushgateway(const std::string& web_config) : PrivatePushgateway{web_config, free_port()} {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!accepts(port_)) {
    if (!process_.runs() || std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error{"prometheus-pushgateway does not start: " + content(folder_->path("log"))};
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

PrivatePushgateway::PrivatePushgateway(const std::string& web_config, int port)
    : port_{port}, process_{command(*folder_, web_config, port), folder_->path("log")} {}

std::string PrivatePushgateway::get(const std::string& path, const std::string& curl_arguments) const {
  return output_of("curl -sS --fail --noproxy '*' --max-time 10 " + curl_arguments + " '" + url() + path + "' 2>&1");
}

testing::Samples PrivatePushgateway::samples(const std::string& curl_arguments) const {
  testing::Samples ours;
  for (const auto& [key, value] : testing::parse_exposition(get("/metrics", curl_arguments)).samples) {
    auto [name, labels] = key;
    if (name.starts_with("go_") || name.starts_with("process_") || name.starts_with("push_") ||
        name.starts_with("pushgateway_"))
      continue;
    std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
    ours[{name, labels}] = value;
  }
  return ours;
}

}  // namespace vitals::test
