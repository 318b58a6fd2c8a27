#include <utility>

#include <vitals/collector_token.hpp>

#include "core/registry/collector.hpp"

namespace vitals {

namespace {

void end(CollectorToken::Impl* impl) noexcept {
  if (impl == nullptr) return;
  impl->collector->close();
  delete impl;
}

}  // namespace

CollectorToken::CollectorToken(CollectorToken&& other) noexcept : impl_{std::exchange(other.impl_, nullptr)} {}

CollectorToken& CollectorToken::operator=(CollectorToken&& other) noexcept {
  if (this != &other) end(std::exchange(impl_, std::exchange(other.impl_, nullptr)));
  return *this;
}

CollectorToken::~CollectorToken() { end(impl_); }

}  // namespace vitals
