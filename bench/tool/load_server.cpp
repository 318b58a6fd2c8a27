// The server that bench/load.sh loads: it says where it is, and at the end of its standard input how many requests it
// has answered, and how much CPU time that took.
#include <ctime>
#include <iostream>

#include "tool/load/counting_server.hpp"

int main() {
  const vitals::tool::CountingServer server;
  std::cout << server.url() << std::endl;
  std::cin.get();
  std::cout << server.requests() << " requests, " << static_cast<double>(std::clock()) / CLOCKS_PER_SEC
            << " s of CPU\n";
}
