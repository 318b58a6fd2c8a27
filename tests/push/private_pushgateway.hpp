#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "push/child_process.hpp"
#include "support/text_samples.hpp"

namespace vitals::test {

/// A new folder, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return path_ + '/' + name; }
  /// Writes a file; returns its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

/// A private prometheus-pushgateway on a free port of 127.0.0.1, which keeps nothing on disk. Started and ended as a
/// ChildProcess.
class PrivatePushgateway {
 public:
  /// False if it is not installed.
  static bool installed();

  /// `web_config`: the content of its --web.config.file, if any. Throws if it can't be started.
  explicit PrivatePushgateway(const std::string& web_config = {});

  /// The same with `port`, without waiting until it listens.
  static PrivatePushgateway at(int port) { return PrivatePushgateway{std::string{}, port}; }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// What it answers to a GET, by curl with these arguments more.
  [[nodiscard]] std::string get(const std::string& path, const std::string& curl_arguments = {}) const;
  /// The samples that it has, but for those of its own (go_…, process_…, push_…, pushgateway_…). Without empty labels,
  /// which are none: it adds an empty `instance` to a group that has no instance.
  [[nodiscard]] testing::Samples samples(const std::string& curl_arguments = {}) const;

 private:
  PrivatePushgateway(const std::string& web_config, int port);

  std::unique_ptr<TemporaryFolder> folder_ = std::make_unique<TemporaryFolder>();
  int port_;
  ChildProcess process_;
};

/// The output of a shell command. Throws if it fails.
std::string output_of(const std::string& command);

}  // namespace vitals::test
