#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace vitals::tool {

/// An HTTP server that answers each connection with bytes of the test's choice, for the faults that a real one can't be
/// made to produce. One thread; joined by the destructor.
class ScriptedServer {
 public:
  /// Called with the number of the request, from 0, and its header; gives the raw answer, or nothing: then the
  /// connection stays open and silent.
  using Script = std::function<std::optional<std::string>(int number, const std::string& request)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void serve();

  Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> requests_{0};
  std::vector<int> silent_;
  std::thread thread_;
};

/// A complete answer with status 200.
std::string http_ok(const std::string& body,
                    const std::string& headers = "Content-Type: text/plain; version=0.0.4\r\n");

}  // namespace vitals::tool
