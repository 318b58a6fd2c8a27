#include "redis/pool/resolver.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

namespace vitals::detail {

namespace {

// How long addresses are used without another look-up: in an outage many callers connect at once.
constexpr std::chrono::seconds kFresh{1};

std::vector<Address> address_info(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, ::freeaddrinfo};
  std::vector<Address> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    Address& address = addresses.emplace_back();
    std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
    address.size = info->ai_addrlen;
  }
  return addresses;
}

}  // namespace

struct Resolver::Lookup {
  std::string host;
  std::string port;
  std::mutex mutex;
  std::condition_variable finished;
  bool running = false;
  std::chrono::steady_clock::time_point known_since{};
  std::vector<Address> addresses;
};

Resolver::Resolver(std::string host, int port)
    : numeric_{address_info(host, std::to_string(port), AI_NUMERICHOST)}, lookup_{std::make_shared<Lookup>()} {
  lookup_->host = std::move(host);
  lookup_->port = std::to_string(port);
}

Resolver::~Resolver() = default;

std::vector<Address> Resolver::resolve(Deadline deadline) {
  if (!numeric_.empty()) return numeric_;
  std::unique_lock lock{lookup_->mutex};
  if (!lookup_->addresses.empty() && std::chrono::steady_clock::now() - lookup_->known_since < kFresh)
    return lookup_->addresses;
  if (!lookup_->running) {
    look_up(lookup_);
    lookup_->running = true;
  }
  lookup_->finished.wait_until(lock, deadline, [this] { return !lookup_->running; });
  return lookup_->addresses;
}

void Resolver::look_up(const std::shared_ptr<Lookup>& lookup) {
  // The thread must not take signals that the program means for its own.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  const std::unique_ptr<const sigset_t, void (*)(const sigset_t*)> restore{
      &before, [](const sigset_t* mask) { ::pthread_sigmask(SIG_SETMASK, mask, nullptr); }};
  std::thread{[lookup] {
    std::vector<Address> found = address_info(lookup->host, lookup->port, AI_ADDRCONFIG);
    const std::lock_guard lock{lookup->mutex};
    lookup->running = false;
    if (!found.empty()) lookup->addresses = std::move(found);
    lookup->known_since = std::chrono::steady_clock::now();
    lookup->finished.notify_all();
  }}.detach();
}

}  // namespace vitals::detail
