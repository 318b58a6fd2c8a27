#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>

#include <vitals/family.hpp>
#include <vitals/http/http_client_metrics.hpp>
#include <vitals/scope.hpp>

#include "core/registry/active_count.hpp"
#include "http/requests/host_table.hpp"
#include "http/requests/http_method.hpp"
#include "http/requests/request_clock.hpp"
#include "http/requests/route.hpp"
#include "http/requests/route_trie.hpp"
#include "http/requests/series_pool.hpp"

namespace vitals::detail {

// The hidden half of HttpClientMetrics: its hosts and routes, and the series of each. The hosts are the further labels
// of SeriesKey.
class HttpClientMetricsImpl final : private SeriesMaker {
 public:
  static constexpr int kFailed = 0;  // for a status

  HttpClientMetricsImpl(const Scope& scope, const HttpClientOptions& options);

  [[nodiscard]] std::uint16_t host(std::string_view authority) noexcept { return hosts_.index(authority); }
  [[nodiscard]] Route& match(std::string_view path) noexcept {
    Route* const listed = listed_.match(path);
    return listed != nullptr ? *listed : unmatched_;
  }
  [[nodiscard]] Route& unmatched() noexcept { return unmatched_; }
  [[nodiscard]] const RequestClock& clock() const noexcept { return clock_; }

  void started() noexcept { active_->started().inc(); }
  void finished() noexcept { active_->finished().inc(); }
  /// Inline, as all that it calls for a series that is known.
  void record(const HttpClientRequest& request, int status, std::chrono::nanoseconds duration) noexcept {
    const SeriesKey key{*request.route_, request.method_, request.host_};
    RouteSeries* const to = series_.of(key);
    if (to == nullptr) return;
    if (const StatusSeries* of_status = series_.of(*to, key, status))
      DurationHistogram{*of_status->duration, index_, of_status->is_indexed}.observe(BinnedDuration{duration});
  }

 private:
  void make(RouteSeries& series, const SeriesKey& key) const override;
  void make(StatusSeries& series, int status, const RouteSeries& of, const SeriesKey& key) const override;
  void add(std::string_view route);

  Family<Histogram, 4>& durations_;
  const DurationIndex index_;  // of HttpClientOptions::duration_buckets
  const std::shared_ptr<ActiveCount> active_;
  const RequestClock clock_;
  HostTable hosts_;
  SeriesPool series_{*this};
  std::deque<Route> routes_;  // a deque, since routes must not move
  RouteTrie listed_;
  Route unmatched_;
};

}  // namespace vitals::detail
