#include "http/endpoint/compressed_store.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include <zstd.h>

namespace vitals::detail {

namespace {

// Compressed and read again, a byte costs 2 ns: families of this size are not rare, and may take the memory.
constexpr std::size_t kNewestBytes = std::size_t{12} << 20;
constexpr std::size_t kPartBytes = std::size_t{256} << 10;
constexpr std::size_t kPartRoom = kPartBytes + kPartBytes / 4;

}  // namespace

void CompressedStore::keep(std::string piece) {
  const std::size_t bytes = piece.capacity();
  while (newest_bytes_ + bytes > kNewestBytes || !take_for_newest(bytes)) {
    if (newest_.empty()) return compress(piece);
    compress_oldest();
  }
  newest_bytes_ += bytes;
  newest_.push_back(std::move(piece));
}

bool CompressedStore::take(std::size_t bytes) noexcept {
  if (budget_ && !budget_->take(bytes)) return false;
  taken_ += bytes;
  return true;
}

// Leaves room for a part, without which none of them could be compressed.
bool CompressedStore::take_for_newest(std::size_t bytes) noexcept {
  if (!take(bytes + kPartRoom)) return false;
  give_back(kPartRoom);
  return true;
}

void CompressedStore::give_back(std::size_t bytes) noexcept {
  if (budget_) budget_->give_back(bytes);
  taken_ -= bytes;
}

void CompressedStore::compress_oldest() {
  compress(newest_.front());
  const std::size_t bytes = newest_.front().capacity();
  newest_.pop_front();
  newest_bytes_ -= bytes;
  give_back(bytes);
}

void CompressedStore::compress(std::string_view piece) {
  if (!encoder_) encoder_.emplace(Encoding::Zstd);
  // A little at a time, so that a part ends soon after it is large enough.
  while (!piece.empty()) {
    if (open_.capacity() < kPartBytes) open_.reserve(kPartRoom);
    encoder_->add(piece.substr(0, kPieceBytes), open_);
    piece.remove_prefix(std::min(piece.size(), kPieceBytes));
    if (open_.size() >= kPartBytes) seal();
  }
}

void CompressedStore::seal() {
  if (!take(open_.capacity())) throw BodyTooLarge{"no room for what waits"};
  parts_.push_back(std::exchange(open_, {}));
}

void CompressedStore::give(const PieceSink& sink) {
  if (encoder_) give_compressed(sink);
  for (; !newest_.empty(); newest_.pop_front()) {
    sink(newest_.front());
    give_back(newest_.front().capacity());
  }
  newest_bytes_ = 0;
}

void CompressedStore::give_compressed(const PieceSink& sink) {
  encoder_->finish(open_);
  encoder_.reset();
  open_.shrink_to_fit();
  seal();
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context{ZSTD_createDCtx(), ZSTD_freeDCtx};
  if (context == nullptr) throw std::bad_alloc{};
  std::string piece(kPieceBytes, '\0');
  ZSTD_outBuffer out{piece.data(), piece.size(), 0};
  for (; !parts_.empty(); parts_.pop_front()) {
    ZSTD_inBuffer in{parts_.front().data(), parts_.front().size(), 0};
    // Where the room was filled, there may be more of it.
    for (bool more = true; more;) {
      if (ZSTD_isError(ZSTD_decompressStream(context.get(), &out, &in)) != 0) throw std::bad_alloc{};
      more = out.pos == out.size;
      if (more) {
        sink(piece);
        out.pos = 0;
      }
      more = more || in.pos < in.size;
    }
    give_back(parts_.front().capacity());
  }
  if (out.pos != 0) sink(std::string_view{piece}.substr(0, out.pos));
}

}  // namespace vitals::detail
