#include "http/endpoint/listener.hpp"

#include <array>
#include <barrier>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "http/access/test_folder.hpp"

namespace vitals::testing {
namespace {

using detail::Descriptor;
using detail::Listener;

// As a process that was killed leaves it.
void leave_dead_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  const Descriptor dead{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  ASSERT_EQ(bind(dead.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

bool is_served(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  const Descriptor client{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  return connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Each finds a dead socket; the second to remove it would remove that of the first.
TEST(Listener, OfTwoThatTakeADeadSocketOverAtOnceOneHasIt) {
  const TestFolder folder;
  const auto path = folder.path("metrics.sock");
  for (int i = 0; i < 500; ++i) {
    leave_dead_socket(path);
    std::array<Listener, 2> listeners{Listener{{.unix_socket = path, .mode = 0600}},
                                      Listener{{.unix_socket = path, .mode = 0600}}};
    std::array<std::optional<Descriptor>, 2> opened;
    std::barrier begin{2};
    const auto open = [&](std::size_t which) {
      begin.arrive_and_wait();
      try {
        opened[which].emplace(listeners[which].open());
      } catch (const std::system_error&) {  // the other one has it
      }
    };
    std::thread other{[&] { open(1); }};
    open(0);
    other.join();

    ASSERT_NE(opened[0].has_value(), opened[1].has_value()) << "in round " << i;
    ASSERT_TRUE(is_served(path));
  }
}

}  // namespace
}  // namespace vitals::testing
