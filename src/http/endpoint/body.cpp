#include "http/endpoint/body.hpp"

#include "http/endpoint/gzip.hpp"

namespace vitals::detail {
namespace {

constexpr std::size_t kSealedBytes = std::size_t{64} << 10;

}  // namespace

BodyText::~BodyText() {
  if (budget_) budget_->give_back(taken_);
}

void BodyText::add(std::string piece) {
  const std::size_t bytes = piece.capacity();
  if (budget_ && !budget_->take(bytes)) throw BodyTooLarge{"no room for the body"};
  taken_ += bytes;
  size_ += piece.size();
  pieces_.push_back(std::move(piece));
}

BodyMaker::BodyMaker(Encoding encoding, std::shared_ptr<BodyBudget> budget)
    : asked_{encoding}, encoding_{encoding}, encoder_{encoding}, body_{std::make_shared<BodyText>(std::move(budget))} {}

void BodyMaker::add(std::string_view piece) {
  if (!is_small_) return feed(piece);
  if (first_.empty() && piece.size() >= kMinBytesToCompress) {
    is_small_ = false;
    return feed(piece);
  }
  first_.append(piece);
  if (first_.size() < kMinBytesToCompress) return;
  is_small_ = false;
  feed(std::exchange(first_, {}));
}

void BodyMaker::feed(std::string_view piece) {
  encoder_.add(piece, open_);
  if (open_.size() >= kSealedBytes) seal();
}

Body BodyMaker::finish() {
  if (is_small_) {
    encoding_ = Encoding::Identity;
    open_ = std::move(first_);
  } else {
    encoder_.finish(open_);
  }
  open_.shrink_to_fit();
  if (!open_.empty()) seal();
  return std::move(body_);
}

void BodyMaker::seal() { body_->add(std::exchange(open_, {})); }

}  // namespace vitals::detail
