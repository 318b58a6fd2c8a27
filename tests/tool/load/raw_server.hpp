#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace vitals::tool {

/// A server that does with each connection what the test says, in a thread of its own: for answers that come before
/// their request, or never end. Joined by the destructor, which breaks the connections.
class RawServer {
 public:
  using Script = std::function<void(int connection)>;

  explicit RawServer(Script script);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::string url(std::string_view scheme = "http") const;

 private:
  void serve();

  Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::vector<int> connections_;
  std::vector<std::thread> scripts_;
  std::thread thread_;
};

/// False if the connection is broken.
bool send_raw(int connection, std::string_view bytes);
/// Reads up to the end of a request's head. False if there is none.
bool read_head(int connection);

}  // namespace vitals::tool
