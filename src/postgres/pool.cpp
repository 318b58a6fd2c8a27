#include <vitals/postgres/pool.hpp>

#include "postgres/pool_state.hpp"

namespace vitals {

PgPool::Lease::Lease(Lease&& other) noexcept
    : pool_{std::exchange(other.pool_, nullptr)}, pooled_{std::exchange(other.pooled_, {})} {}

PgPool::Lease& PgPool::Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    release();
    pool_ = std::exchange(other.pool_, nullptr);
    pooled_ = std::exchange(other.pooled_, {});
  }
  return *this;
}

void PgPool::Lease::release() noexcept {
  if (pool_ != nullptr) std::exchange(pool_, nullptr)->release(std::exchange(pooled_, {}));
}

PgPool::PgPool(PgMetrics& metrics, std::string_view name, PgPoolOptions options, Connect connect)
    : state_{std::make_unique<detail::PgPoolState>(metrics, name, std::move(options), std::move(connect))} {}

PgPool::~PgPool() = default;

PgPool::Lease PgPool::acquire() { return {*state_, state_->acquire()}; }

}  // namespace vitals
