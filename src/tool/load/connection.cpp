#include "tool/load/connection.hpp"

#include <array>
#include <cerrno>
#include <chrono>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vitals::tool {
namespace {

// Servers close idle connections, and a request that crosses the closing is lost. So, as browsers do, one that has been
// idle for a while isn't used again.
constexpr auto kIdleLimit = std::chrono::seconds{2};
constexpr std::size_t kMostUnread = 2 * AnswerReader::kMostHead;
// Then it is the others' turn: a server that never stops sending must hold up neither them nor the clock.
constexpr int kMostReads = 16;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

Transfer send_plain(int socket, std::string_view bytes, std::size_t& sent) {
  const auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n < 0) return would_block(errno) ? Transfer::Wait : Transfer::Failed;
  sent = static_cast<std::size_t>(n);
  return Transfer::Some;
}

Transfer receive_plain(int socket, char* into, std::size_t size, std::size_t& received) {
  const auto n = ::recv(socket, into, size, 0);
  if (n == 0) return Transfer::Closed;
  if (n < 0) return would_block(errno) ? Transfer::Wait : Transfer::Failed;
  received = static_cast<std::size_t>(n);
  return Transfer::Some;
}

}  // namespace

void Connection::start(const AnswerReader::Wanted& wanted, LoadClock::time_point now) {
  failure_ = Failure::None;
  error_ = 0;
  sent_ = 0;
  begun_ = now;
  wanted_ = wanted;
  answer_.begin(wanted);
  if (state_ == State::Idle && now - last_used_ > kIdleLimit) close();
  if (state_ == State::Idle) return send();
  tried_ = 0;
  connect();
}

void Connection::connect() {
  const auto& address = server_.addresses[address_];
  socket_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (socket_ < 0) return fail(Failure::NoConnection, errno);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (const int error = poller_.add(socket_, this); error != 0) return fail(Failure::NoConnection, error);
  state_ = State::Connecting;
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) return connected();
  if (errno != EINPROGRESS) try_next_address(errno);
}

void Connection::try_next_address(int error) {
  close();
  address_ = (address_ + 1) % server_.addresses.size();
  if (++tried_ == server_.addresses.size()) return fail(Failure::NoConnection, error);
  connect();
}

void Connection::connected() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return try_next_address(error);
  if (!server_.tls) return send();
  tls_ = server_.tls->open(socket_);
  handshake();
}

void Connection::handshake() {
  state_ = State::Handshaking;
  const auto result = tls_->handshake();
  if (result == Transfer::Some) return send();
  if (result == Transfer::Wait) return;
  tls_fault_ = tls_->fault();
  fail(Failure::NoTls, 0);
}

void Connection::send() {
  state_ = State::Sending;
  while (sent_ < request.size()) {
    const auto bytes = std::string_view{request}.substr(sent_);
    std::size_t n = 0;
    const auto result = tls_ ? tls_->send(bytes, n) : send_plain(socket_, bytes, n);
    if (result == Transfer::Wait) return;
    // A server that doesn't take the rest may have answered why.
    if (result != Transfer::Some) break;
    sent_ += n;
  }
  state_ = State::Receiving;
  if (sent_ < request.size()) receive();
}

void Connection::go_on(bool has_ended, LoadClock::time_point now) {
  last_used_ = now;
  server_ended_ = has_ended;
  switch (state_) {
    case State::Connecting:
      connected();
      break;
    case State::Handshaking:
      handshake();
      break;
    case State::Sending:
      send();
      break;
    case State::Receiving:
      break;
    case State::Idle:
      if (has_ended || !is_silent()) close();
      return;
    case State::Closed:
      return;
  }
  // Whatever has come is told once only, also what came before the request was sent, or all of it.
  if (state_ == State::Sending || state_ == State::Receiving) receive();
}

// Bytes that nobody asked for are no answer to the next request; what TLS has to say to itself are none.
bool Connection::is_silent() {
  std::array<char, 1> byte{};
  std::size_t n = 0;
  return receive_into(byte.data(), byte.size(), n) == Transfer::Wait;
}

Transfer Connection::receive_into(char* bytes, std::size_t size, std::size_t& received) {
  return tls_ ? tls_->receive(bytes, size, received) : receive_plain(socket_, bytes, size, received);
}

void Connection::receive() {
  thread_local std::array<char, 65536> bytes;
  for (int reads = 0; is_busy(); ++reads) {
    if (reads == kMostReads) return poller_.tell_again(socket_, this);
    std::size_t n = 0;
    const auto result = receive_into(bytes.data(), bytes.size(), n);
    if (result == Transfer::Wait) return;
    if (result == Transfer::Failed) return fail(Failure::Lost, errno);
    if (result == Transfer::Closed) {
      server_ended_ = true;
      if (!answer_.has_begun()) return fail(Failure::Lost, 0);
      const auto state = answer_.end();
      return state == AnswerReader::State::Done ? finish(state) : fail(Failure::Lost, 0);
    }
    take({bytes.data(), n});
    // A short read has emptied the socket, and whatever comes later is told.
    if (!tls_ && n < bytes.size() && !server_ended_) return;
  }
}

void Connection::take(std::string_view bytes) {
  const bool follows = !rest_.empty();
  if (follows) bytes = rest_.append(bytes);
  std::size_t used = 0;
  const auto state = answer_.read(bytes, used);
  const auto left = bytes.substr(used);
  if (state == AnswerReader::State::More) {
    if (left.size() > kMostUnread) return fail(Failure::TooLarge, 0);
    follows ? static_cast<void>(rest_.erase(0, used)) : static_cast<void>(rest_.assign(left));
    return;
  }
  if (!left.empty()) server_ended_ = true;  // more than was asked for: what comes next would be no answer
  rest_.clear();
  finish(state);
}

void Connection::finish(AnswerReader::State state) {
  if (state == AnswerReader::State::Broken) return fail(Failure::NoHttp, 0);
  if (state == AnswerReader::State::TooLarge) return fail(Failure::TooLarge, 0);
  state_ = State::Idle;
  if (server_ended_ || sent_ < request.size() || !answer_.keep_alive()) close();
}

void Connection::fail(Failure failure, int error) {
  close();
  failure_ = failure;
  error_ = error;
}

void Connection::close() {
  tls_.reset();
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  state_ = State::Closed;
  server_ended_ = false;
  rest_.clear();
}

}  // namespace vitals::tool
