#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace vitals::tool {

/// Reads one answer of HTTP/1 after the other from the bytes of a connection. Not thread-safe.
/// Memory: the headers and the body only if they are wanted, and then at most kMostBody; a body that isn't is counted
/// and dropped.
class AnswerReader {
 public:
  static constexpr std::size_t kMostHead = std::size_t{64} << 10;
  static constexpr std::size_t kMostBody = std::size_t{16} << 20;
  static constexpr int kMostInterim = 100;  ///< answers of 1xx before the one that counts

  enum class State {
    More,     ///< bytes are missing
    Done,     ///< the answer is whole
    Broken,   ///< it is no answer of HTTP/1, or more than kMostInterim come before it
    TooLarge  ///< the head is larger than kMostHead, or a body that is wanted than kMostBody
  };
  struct Wanted {
    bool head = false;
    bool body = false;
    bool is_head_request = false;  ///< the answer to HEAD has no body, whatever its head says
  };

  AnswerReader();
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  /// The next answer.
  void begin(const Wanted& wanted);
  /// Takes `used` of these bytes; the rest must come again, with those behind it.
  State read(std::string_view bytes, std::size_t& used);
  /// The server has closed the connection: that is how an answer without a length ends.
  State end();

  [[nodiscard]] bool has_begun() const;
  [[nodiscard]] int status() const;
  /// Whether the connection can be used again. REQUIRES: Done.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] const std::string& body() const;
  /// The value of a header, in letters of either case, if the head was wanted; of several, joined by ", ".
  [[nodiscard]] std::string header(std::string_view name) const;

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

}  // namespace vitals::tool
