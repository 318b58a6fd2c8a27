#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace vitals::detail {

/// Takes an exposition in pieces, in their order. A piece is there until the call returns.
using PieceSink = std::function<void(std::string_view)>;

/// A piece is given as soon as there are that many bytes.
inline constexpr std::size_t kPieceBytes = std::size_t{128} << 10;

/// Keeps the beginning of what can be given only when all of it is there.
class PieceStore {
 public:
  PieceStore() = default;
  PieceStore(const PieceStore&) = delete;
  PieceStore& operator=(const PieceStore&) = delete;
  virtual ~PieceStore() = default;

  virtual void keep(std::string piece) = 0;
  /// Gives the sink all that was kept since the last time, in order, and forgets it.
  virtual void give(const PieceSink& sink) = 0;
};

}  // namespace vitals::detail
