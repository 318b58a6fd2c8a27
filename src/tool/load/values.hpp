#pragma once
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::tool {

/// Where the values of a variable come from.
struct LoadVariable {
  enum class Source {
    Fixed,    ///< `choices` has the one
    Answer,   ///< extracted from the answer to a request of the setup
    Integer,  ///< from `least` to `most`
    Choice,   ///< one of `choices`
    Date,     ///< from `least` to `most`, seconds since 1970, written by `format` of strftime
    Id,       ///< `most` hexadecimal digits
    Uuid,     ///< RFC 9562, version 4
    Counter   ///< `least`, and one more each time
  };

  std::string name{};
  Source source = Source::Fixed;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::vector<std::string> choices{};
  std::string format{};

  /// Whether it is a number in JSON.
  [[nodiscard]] bool is_number() const { return source == Source::Integer || source == Source::Counter; }
  /// Whether each request has a value of its own.
  [[nodiscard]] bool is_drawn() const { return source > Source::Answer; }
};

/// The values that a thread's or a user's requests have for the variables. Not thread-safe.
/// Cost: no memory from the second request on, but for dates.
class Values {
 public:
  /// The same seed gives the same values.
  Values(const std::vector<LoadVariable>& variables, std::uint64_t seed);
  /// For number `number` of `of` threads or users: what is set here, and values to be drawn that are others'. Their
  /// counters have no number in common.
  [[nodiscard]] Values of_thread(std::uint64_t seed, std::size_t number, std::size_t of) const;

  [[nodiscard]] std::string_view text(std::size_t variable) const { return texts_[variable]; }
  void set(std::size_t variable, std::string value) { texts_[variable] = std::move(value); }
  /// Of the variables that are drawn: a new value for each of these.
  void draw(const std::vector<std::size_t>& variables);
  /// For choices that aren't variables: which request is next, how long a user thinks.
  [[nodiscard]] std::mt19937_64& random() { return random_; }

 private:
  void draw_one(std::size_t variable);

  const std::vector<LoadVariable>* variables_;
  std::mt19937_64 random_;
  std::vector<std::string> texts_;
  std::vector<std::int64_t> counters_;
  std::int64_t step_ = 1;
};

}  // namespace vitals::tool
