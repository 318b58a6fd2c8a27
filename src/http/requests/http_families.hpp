#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <vitals/dynamic_family.hpp>
#include <vitals/http/http_options.hpp>
#include <vitals/http/http_request.hpp>
#include <vitals/scope.hpp>

#include "http/requests/exception_types.hpp"
#include "http/requests/http_levels.hpp"
#include "http/requests/series_pool.hpp"
#include "http/requests/user_labels.hpp"

namespace vitals::detail {

// The metrics of HttpMetrics under the names that its options choose, and the making of their series. Thread-safe.
class HttpFamilies final : public SeriesMaker {
 public:
  HttpFamilies(const Scope& scope, const HttpOptions& options, const UserLabels& labels);

  void make(RouteSeries& series, const SeriesKey& key) const override;
  /// The status is one that status_key() gave.
  void make(StatusSeries& series, int status, const RouteSeries& of, const SeriesKey& key) const override;

  /// What tells statuses apart: the status, or its class; -1 for what is none.
  [[nodiscard]] int status_key(int status) const noexcept {
    return group_status_ && status > 0 ? status / 100 : status;
  }

  /// Of the bounds that durations of a route have.
  [[nodiscard]] const DurationIndex& index_of(const Route& route) const noexcept {
    return route.own_buckets != nullptr ? route.own_buckets->index : *index_;
  }
  /// Without a histogram if it is not wanted.
  [[nodiscard]] const DurationHistogram& high_resolution() const noexcept { return high_resolution_; }
  /// Requests whose route would have been one too many.
  [[nodiscard]] Counter& dropped_routes() const noexcept { return dropped_routes_; }
  /// Null if there are none.
  [[nodiscard]] const HttpLevels* levels() const noexcept { return levels_ ? &*levels_ : nullptr; }
  void count_exception(const Route& route, const std::exception_ptr& error);
  void count_abort(HttpAbort reason) noexcept;

 private:
  [[nodiscard]] std::vector<LabelPair> labels_of(const SeriesKey& key) const;
  [[nodiscard]] static Histogram& durations(DynamicFamily<Histogram>& family, const SeriesKey& key,
                                            const std::vector<LabelPair>& labels);

  const UserLabels& labels_;
  const HttpNaming naming_;
  const std::string url_scheme_;
  const bool group_status_;
  const bool has_extras_;  // metrics beside the count and the duration
  // Before the families, so that a scope in which an HttpMetrics was refused is as it was before.
  const std::shared_ptr<const ServiceLevels> accepted_levels_;
  const Buckets buckets_;  // HttpOptions::duration_buckets and the thresholds of HttpOptions::levels
  Counter& dropped_routes_;
  DynamicFamily<Counter>* requests_ = nullptr;  // null where the duration's count is that of the requests
  DynamicFamily<Histogram>* duration_ = nullptr;
  DynamicFamily<Histogram>* first_byte_ = nullptr;
  DynamicFamily<Histogram>* bytes_in_ = nullptr;
  DynamicFamily<Histogram>* bytes_out_ = nullptr;
  std::optional<DurationIndex> index_;  // of buckets_
  std::optional<DurationIndex> high_resolution_index_;
  DurationHistogram high_resolution_;
  Family<Counter, 2>* exceptions_ = nullptr;
  std::array<Counter*, 4> aborts_{};  // by HttpAbort
  ExceptionTypes exception_types_;
  std::optional<HttpLevels> levels_;
};

}  // namespace vitals::detail
