#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/formats/piece_sink.hpp"
#include "http/endpoint/body.hpp"
#include "http/endpoint/body_encoder.hpp"

namespace vitals::detail {

/// Keeps the newest 12 MiB as they come, and what is older as one zstd frame; all of it counts for a budget.
/// Not thread-safe. Its members throw std::bad_alloc.
class CompressedStore final : public PieceStore {
 public:
  /// Where the budget, if there is one, has no room, more is compressed; if that doesn't do, keep() throws
  /// BodyTooLarge.
  explicit CompressedStore(std::shared_ptr<BodyBudget> budget = nullptr) noexcept : budget_{std::move(budget)} {}
  ~CompressedStore() override { give_back(taken_); }

  void keep(std::string piece) override;
  void give(const PieceSink& sink) override;

 private:
  [[nodiscard]] bool take(std::size_t bytes) noexcept;
  [[nodiscard]] bool take_for_newest(std::size_t bytes) noexcept;
  void give_back(std::size_t bytes) noexcept;
  void compress(std::string_view piece);
  void compress_oldest();
  void seal();
  void give_compressed(const PieceSink& sink);

  const std::shared_ptr<BodyBudget> budget_;
  std::size_t taken_ = 0;
  std::deque<std::string> newest_;  // as they came
  std::size_t newest_bytes_ = 0;
  std::optional<BodyEncoder> encoder_;  // of those before them; none yet: there are none
  std::string open_;                    // the part that is being filled
  std::deque<std::string> parts_;       // of the frame, so that none has to grow much, and each goes when it was read
};

}  // namespace vitals::detail
