#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <vitals/http/http_metrics.hpp>

#include "core/cells/counted_pair.hpp"
#include "core/instruments/access.hpp"
#include "core/registry/active_count.hpp"
#include "http/requests/http_families.hpp"
#include "http/requests/http_method.hpp"
#include "http/requests/path_templates.hpp"
#include "http/requests/request_clock.hpp"
#include "http/requests/route.hpp"
#include "http/requests/route_texts.hpp"
#include "http/requests/route_trie.hpp"
#include "http/requests/series_pool.hpp"
#include "http/requests/user_labels.hpp"

namespace vitals::detail {

// The series of a request that has ended.
struct FoundSeries {
  const Route& route;
  const RouteSeries& all;
  const StatusSeries& status;

  [[nodiscard]] const TimedEvents* of_class() const noexcept {
    return all.further != nullptr ? all.further->of_class : nullptr;
  }
};

// The hidden half of HttpMetrics: its routes, and the series of each route and method.
class HttpMetricsImpl {
 public:
  HttpMetricsImpl(const Scope& scope, const HttpOptions& options);

  Route& add(std::string_view route, RouteOptions options);
  Route& learn(std::string_view pattern);

  [[nodiscard]] Route* match(std::string_view path) const noexcept {
    if (Route* const listed = listed_.match(path)) return listed;
    return path_templates_ ? path_templates_->find(path) : nullptr;
  }
  [[nodiscard]] Route* find(std::string_view pattern) const noexcept;
  [[nodiscard]] Route& unmatched() noexcept { return unmatched_; }
  [[nodiscard]] Route& static_files() noexcept { return static_files_; }

  [[nodiscard]] bool learns_paths() const noexcept { return path_templates_.has_value(); }
  /// As PathTemplates has it. REQUIRES: learns_paths().
  [[nodiscard]] PathTemplates::Ticket propose(std::string_view path) noexcept { return path_templates_->propose(path); }
  [[nodiscard]] const RequestClock& clock() const noexcept { return clock_; }
  [[nodiscard]] const UserLabels& labels() const noexcept { return labels_; }
  /// Whether start() has something to read in a request's headers.
  [[nodiscard]] bool reads_headers() const noexcept { return reads_headers_; }
  [[nodiscard]] bool reads_traces() const noexcept { return reads_traces_; }
  [[nodiscard]] bool reads_sizes() const noexcept { return reads_sizes_; }
  [[nodiscard]] std::string_view response_time_header() const noexcept { return response_time_header_; }
  [[nodiscard]] bool has_server_timing() const noexcept { return server_timing_; }

  /// Null if there are none (yet), as of a route that doesn't count.
  [[nodiscard]] static RouteSeries* known_series(const Route& route, std::uint8_t method) noexcept {
    return route.series[method].load(std::memory_order_acquire);
  }
  void started() noexcept { started_.inc(); }
  void finished() noexcept { finished_.inc(); }
  /// Counts and times a request whose status is set, and ends it.
  void record(HttpRequest& request, std::chrono::nanoseconds duration) noexcept;
  /// The same for one that has series, of which these are its status's. REQUIRES: they are plain.
  void record_plain(const HttpRequest& request, const StatusSeries& of_status,
                    std::chrono::nanoseconds duration) noexcept {
    const BinnedDuration took{duration};
    const double seconds = took.seconds;
    const DurationHistogram& all = families_.high_resolution();
    // Both before the first sequence, behind which compilers read all anew.
    const std::size_t at_own = families_.index_of(*request.route_).offset(took);
    const std::size_t at_all = all.index->offset(took);
    if (std::max(at_own, at_all) == DurationIndex::kNowhere) [[unlikely]]
      return record_rest(request, Unadded::Both, duration);
    Unadded left =
        add_counted(Access::head(*of_status.requests), Access::head(*request.series_->duration), at_own, seconds);
    if (left != Unadded::Nothing) [[unlikely]]
      return record_rest(request, left, duration);
    left = add_counted(Access::head(finished_), Access::head(*all.histogram), at_all, seconds);
    if (left != Unadded::Nothing) [[unlikely]]
      record_rest(left, duration);
  }
  /// The status of a request whose handler threw this.
  [[nodiscard]] int status_of(const std::exception_ptr& error) const noexcept;
  void count_exception(const Route& route, const std::exception_ptr& error) noexcept;
  void aborted(HttpAbort reason) noexcept { families_.count_abort(reason); }

 private:
  // Of a text that is not known yet.
  Route& learn_text(std::string_view pattern);
  // Null: there is no room for more.
  Route* make_learned(std::string_view pattern);
  Route& list(std::string_view pattern, const RouteOptions& options);
  void exclude(std::string_view path);
  // The route of a request that has a ticket: the one it has, or if it is unmatched, that of its path.
  [[nodiscard]] Route& learned(Route& route, PathTemplates::Ticket ticket, int status) noexcept;
  // What record_plain() could not do in one step, and what comes after that.
  void record_rest(const HttpRequest& request, Unadded left, std::chrono::nanoseconds duration) noexcept;
  void record_rest(Unadded left, std::chrono::nanoseconds duration) noexcept;
  void observe(const HttpRequest& request, const FoundSeries& found, std::chrono::nanoseconds duration) noexcept;
  /// Of a request that has no duration.
  void observe_count(const HttpRequest& request, const FoundSeries& found) noexcept;
  [[nodiscard]] DurationHistogram duration_of(const FoundSeries& found) const noexcept {
    return {found.all.duration_of(found.status), families_.index_of(found.route), found.status.is_indexed};
  }

  const UserLabels labels_;
  HttpFamilies families_;
  const HttpLevels* const levels_;  // null: there are none
  const std::shared_ptr<ActiveCount> active_;
  Counter& started_{active_->started()};
  Counter& finished_{active_->finished()};
  const RequestClock clock_;
  const std::size_t max_routes_;
  const std::function<int(const std::exception_ptr&)> status_of_;
  const std::string response_time_header_;
  const bool server_timing_;
  const bool reads_traces_;
  const bool reads_sizes_;
  const bool reads_headers_;

  SeriesPool series_{families_};
  std::mutex mutex_;          // taken to add a route, not to find one
  std::deque<Route> routes_;  // a deque, so that routes never move
  RouteTrie listed_;
  RouteTrie learned_;  // apart, so that what was learned by a request never changes what another one counts as
  RouteTexts texts_;   // what learn() said
  std::optional<PathTemplates> path_templates_;  // of HttpOptions::learn_paths
  std::atomic<std::size_t> learned_count_{0};    // relaxed: only a hint that there may be room, without the lock
  Route unmatched_;
  Route static_files_;
  Route overflow_;
};

}  // namespace vitals::detail
