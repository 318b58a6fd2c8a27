#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace vitals::testing {

using std::chrono::milliseconds;

/// An answer as it came over the wire.
struct Answer {
  int status = 0;  ///< 0: none came
  std::string head;
  std::string body;

  /// The value of a header, or "(none)".
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// A TCP connection to 127.0.0.1, for requests that no client library would send.
class RawConnection {
 public:
  /// receive_buffer: bytes, 0: the system's choice.
  explicit RawConnection(std::uint16_t port, int receive_buffer = 0);
  RawConnection(RawConnection&& other) noexcept;
  RawConnection& operator=(RawConnection&&) = delete;
  ~RawConnection();

  /// False if the other side has gone.
  bool send(std::string_view bytes) const;
  void half_close() const;
  /// Ends it with a reset rather than politely.
  void reset();

  /// The next answer, by its Content-Length; what follows stays for the next call.
  [[nodiscard]] Answer read_answer(milliseconds patience = milliseconds{10'000}, bool is_head = false);
  /// All bytes until the other side closes or patience ends; `closed` tells which.
  [[nodiscard]] std::string read_all(milliseconds patience, bool* closed = nullptr);
  /// Whether the other side closes within that time; throws away what it sends.
  [[nodiscard]] bool is_closed_within(milliseconds patience);
  /// Whether it is closed now.
  [[nodiscard]] bool is_closed() { return is_closed_within(milliseconds{0}); }

 private:
  bool fill(std::chrono::steady_clock::time_point until);

  int fd_;
  std::string received_;
};

/// One request on a connection of its own.
[[nodiscard]] Answer request(std::uint16_t port, std::string_view bytes, milliseconds patience = milliseconds{10'000});
[[nodiscard]] Answer get(std::uint16_t port, std::string_view target, std::string_view more_headers = {});

/// Waits for a condition; false if it doesn't come true in time.
template <class Condition>
bool eventually(Condition condition, milliseconds patience = milliseconds{10'000});

/// The value of the line `name{labels}` in a text exposition; -1 if there is none.
[[nodiscard]] double sample(std::string_view exposition, std::string_view series);

void sleep_briefly();

/// Whether it looks like "12.345ms".
[[nodiscard]] bool is_response_time(std::string_view text);

template <class Condition>
bool eventually(Condition condition, milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    sleep_briefly();
  }
  return true;
}

}  // namespace vitals::testing
