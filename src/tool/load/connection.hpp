#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "tool/load/answer_reader.hpp"
#include "tool/load/server.hpp"
#include "tool/load/socket_poller.hpp"
#include "tool/load/tls.hpp"

namespace vitals::tool {

/// Why there is no answer.
enum class Failure { None, NoConnection, NoTls, Lost, Timeout, NoHttp, TooLarge, NoValue };

/// One keep-alive connection, which carries one request at a time and connects when it has to. For one thread.
/// Memory: below 1 KiB, and what an answer that comes in pieces leaves to be read.
class Connection {
 public:
  Connection(const LoadServer& server, const SocketPoller& poller) : server_(server), poller_(poller) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// What to send next; to be filled before start().
  std::string request{};

  /// Sends the request. REQUIRES: none is under way. It may be over at once.
  void start(const AnswerReader::Wanted& wanted, LoadClock::time_point now);
  /// The socket has changed. `has_ended`: the server's side is closed. Reads some 1 MiB at most; if there is more, the
  /// poller tells it again.
  void go_on(bool has_ended, LoadClock::time_point now);
  /// Gives the request up.
  void time_out() { fail(Failure::Timeout, 0); }

  [[nodiscard]] bool is_busy() const { return state_ != State::Closed && state_ != State::Idle; }
  /// When the request under way was begun.
  [[nodiscard]] LoadClock::time_point begun() const { return begun_; }

  // Of the last request, once it is over.
  [[nodiscard]] Failure failure() const { return failure_; }
  [[nodiscard]] int error() const { return error_; }  ///< errno of a failure, or 0
  [[nodiscard]] const std::string& tls_fault() const { return tls_fault_; }
  [[nodiscard]] const AnswerReader& answer() const { return answer_; }

 private:
  enum class State { Closed, Connecting, Handshaking, Sending, Receiving, Idle };

  void connect();
  void connected();
  void try_next_address(int error);
  void handshake();
  void send();
  void receive();
  [[nodiscard]] bool is_silent();
  Transfer receive_into(char* bytes, std::size_t size, std::size_t& received);
  void take(std::string_view bytes);
  void finish(AnswerReader::State state);
  void fail(Failure failure, int error);
  void close();

  const LoadServer& server_;
  const SocketPoller& poller_;
  int socket_ = -1;
  State state_ = State::Closed;
  std::size_t address_ = 0;  // of the server's, the one that was last connected to
  std::size_t tried_ = 0;    // addresses, for this request
  std::size_t sent_ = 0;     // bytes of the request
  bool server_ended_ = false;
  AnswerReader answer_{};
  AnswerReader::Wanted wanted_{};
  std::string rest_{};  // bytes that make sense only with those behind them
  std::unique_ptr<TlsSession> tls_{};
  LoadClock::time_point begun_{};
  LoadClock::time_point last_used_{};
  Failure failure_ = Failure::None;
  int error_ = 0;
  std::string tls_fault_{};
};

}  // namespace vitals::tool
