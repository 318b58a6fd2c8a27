#include <utility>

#include <vitals/postgres/metrics.hpp>

#include "postgres/recorder.hpp"

namespace vitals {

PgMetrics::PgMetrics(Registry& registry, PgOptions options)
    : recorder_{std::make_unique<detail::PgRecorder>(registry, std::move(options))} {}

PgMetrics::~PgMetrics() = default;

void PgMetrics::remember_prepared(std::string_view name, std::string_view sql) {
  recorder_->remember_prepared(name, sql);
}

Registry& PgMetrics::registry() const noexcept { return recorder_->registry(); }

}  // namespace vitals
