#include "http/requests/http_metrics_impl.hpp"

#include <algorithm>
#include <new>

#include "http/requests/http_method.hpp"
#include "http/requests/http_status.hpp"
#include "http/requests/route_pattern.hpp"

namespace vitals::detail {
namespace {

bool has_options(const Route& route, const RouteOptions& options) {
  const auto* own = route.own_buckets.get();
  if (route.duration != options.duration || (own != nullptr) != options.duration_buckets.has_value()) return false;
  return own == nullptr || std::ranges::equal(own->buckets.bounds(), options.duration_buckets->bounds());
}

constexpr std::string_view kServerOwner = "HttpMetrics";

std::size_t kinds(const UserLabels& labels) noexcept { return kMethods.size() * labels.combinations(); }

}  // namespace

HttpMetricsImpl::HttpMetricsImpl(const Scope& scope, const HttpOptions& options)
    : labels_{options.labels},
      families_{scope, options, labels_},
      levels_{families_.levels()},
      active_{ActiveCount::of(
          scope, options.naming == HttpNaming::OpenTelemetry ? "http_server_active_requests" : "http_requests_active",
          "HTTP requests being served.")},
      clock_{options.clock},
      max_routes_{options.max_routes},
      status_of_{options.status_of},
      response_time_header_{options.response_time_header},
      server_timing_{options.server_timing},
      reads_traces_{options.exemplars},
      reads_sizes_{options.sizes},
      reads_headers_{
          options.exemplars || options.sizes ||
          std::ranges::any_of(options.labels, [](const HttpLabel& label) { return static_cast<bool>(label.value); })},
      unmatched_{"_unmatched", kinds(labels_), {}},
      static_files_{"_static", kinds(labels_), {}},
      overflow_{"_overflow", kinds(labels_), {}} {
  for (const auto& route : options.routes) add(route, {});
  for (const auto& [route, its_options] : options.routes_with_options) add(route, its_options);
  for (const auto& path : options.exclude) exclude(path);
  if (options.learn_paths) {
    const auto make = [this](std::string_view pattern) {
      const std::lock_guard lock{mutex_};
      return make_learned(pattern);
    };
    path_templates_.emplace(options.max_routes, make, families_.dropped_routes());
  }
  unmatched_.is_counted.store(options.count_unmatched, std::memory_order_relaxed);
}

Route& HttpMetricsImpl::add(std::string_view route, RouteOptions options) {
  const RouteSpec spec = parse_route({kServerOwner, route});
  const std::string pattern = canonical_pattern(spec.pattern);
  if (levels_ != nullptr && options.duration_buckets)
    options.duration_buckets = levels_->own_buckets(*options.duration_buckets, {kServerOwner, route}, spec);
  Route* found = nullptr;
  {
    const std::lock_guard lock{mutex_};
    found = listed_.find(pattern);
    if (found == nullptr) found = &list(pattern, options);
  }
  if (found->pattern != pattern) {
    refuse_route({kServerOwner, route}, "it matches the same paths as \"" + found->pattern +
                                            "\", which is there already; call its holes the same: write \"" +
                                            found->pattern + "\"");
  }
  if (!has_options(*found, options)) {
    refuse_route({kServerOwner, route}, "\"" + found->pattern +
                                            "\" is there already with other options; leave it out of "
                                            "HttpOptions::routes and ::exclude, and give the same ones each time; "
                                            "HttpOptions::routes_with_options lists it with them");
  }
  found->is_counted.store(true, std::memory_order_relaxed);
  for (const auto name : spec.methods) {
    for (const auto labels : labels_.listed()) {
      const SeriesKey key{*found, method_index(name), labels};
      RouteSeries* const made = series_.of(key);
      for (const int status : {200, 500}) {
        if (made == nullptr || series_.of(*made, key, families_.status_key(status)) == nullptr) throw std::bad_alloc{};
      }
    }
  }
  return *found;
}

// A path that is a route as well stays one: it was asked for by name.
void HttpMetricsImpl::exclude(std::string_view path) {
  if (!path.starts_with('/'))
    refuse_route({kServerOwner, path},
                 "a path in HttpOptions::exclude starts with '/'; write \"/path\" or \"/path/*\"");
  const RouteSpec spec = parse_route({kServerOwner, path});
  const std::string pattern = canonical_pattern(spec.pattern);
  const std::lock_guard lock{mutex_};
  if (listed_.find(pattern) == nullptr) list(pattern, {}).is_counted.store(false, std::memory_order_relaxed);
}

Route& HttpMetricsImpl::learn(std::string_view pattern) {
  Route* route = texts_.find(pattern);
  if (route == nullptr) route = &learn_text(pattern);
  if (route == &overflow_) families_.dropped_routes().inc();
  return *route;
}

// What is no label is not remembered: it may match a route that is learned later.
Route& HttpMetricsImpl::learn_text(std::string_view pattern) {
  if (!pattern.starts_with('/')) return unmatched_;
  const bool is_label = label_fault(pattern).empty();
  const bool is_kept = is_label && texts_.has_room_for(pattern);
  if (!is_kept) {
    if (Route* const known = find(pattern)) return *known;
    if (!is_label || learned_count_.load(std::memory_order_relaxed) >= max_routes_) return overflow_;
  }
  const std::lock_guard lock{mutex_};
  if (Route* const known = texts_.find(pattern)) return *known;
  Route* route = find(pattern);
  if (route == nullptr) {
    route = make_learned(canonical_pattern(pattern));
    if (route != nullptr) learned_.add(route->pattern, *route);
  }
  if (route == nullptr) route = &overflow_;
  if (is_kept && texts_.has_room_for(pattern)) texts_.add(pattern, *route);
  return *route;
}

Route& HttpMetricsImpl::learned(Route& route, PathTemplates::Ticket ticket, int status) noexcept {
  if (&route != &unmatched_) return route;
  Route* const of_path = path_templates_->learn(ticket, status);
  return of_path != nullptr ? *of_path : route;
}

Route* HttpMetricsImpl::make_learned(std::string_view pattern) {
  if (learned_count_.load(std::memory_order_relaxed) >= max_routes_) return nullptr;
  Route& made = routes_.emplace_back(std::string{pattern}, kinds(labels_), RouteOptions{});
  learned_count_.fetch_add(1, std::memory_order_relaxed);
  return &made;
}

Route* HttpMetricsImpl::find(std::string_view pattern) const noexcept {
  Route* const listed = listed_.find(pattern);
  return listed != nullptr ? listed : learned_.find(pattern);
}

// Texts that were learned may stand for this route from now on.
Route& HttpMetricsImpl::list(std::string_view pattern, const RouteOptions& options) {
  Route& route = routes_.emplace_back(std::string{pattern}, kinds(labels_), options);
  listed_.add(pattern, route);
  texts_.renew([this](std::string_view text) -> Route& {
    Route* const known = find(text);
    return known != nullptr ? *known : overflow_;
  });
  return route;
}

void HttpMetricsImpl::record(HttpRequest& request, std::chrono::nanoseconds duration) noexcept {
  if (request.ticket_ != 0) request.route(RouteRef{learned(*request.route_, request.ticket_, request.status_)});
  const SeriesKey key{*request.route_, request.method_, request.labels_};
  RouteSeries*& to = request.series_;
  if (to == nullptr && key.route.is_counted.load(std::memory_order_relaxed)) to = series_.of(key);
  const StatusSeries* const of_status =
      to != nullptr ? series_.of(*to, key, families_.status_key(request.status_)) : nullptr;
  if (of_status == nullptr) return finished();
  const FoundSeries found{key.route, *to, *of_status};
  if (levels_ != nullptr) levels_->answered(request.status_);
  if (of_status->recording != Recording::Full) {
    if (levels_ != nullptr) levels_->timed(found.of_class(), duration);
    return record_plain(request, *of_status, duration);
  }
  finished();
  observe(request, found, duration);
  if (to->duration == nullptr) return;
  constexpr int kFirstFailure =
      400;  // fast successes are nobody's question, and slow ones have their bucket's exemplar
  if (request.is_sampled_ && request.status_ >= kFirstFailure) return request.count_traced(*of_status->requests);
  of_status->requests->inc();
}

void HttpMetricsImpl::record_rest(const HttpRequest& request, Unadded left,
                                  std::chrono::nanoseconds duration) noexcept {
  RouteSeries& all = *request.series_;
  const StatusSeries& of_status = *all.of_status(families_.status_key(request.status_));
  if (left == Unadded::Both) of_status.requests->inc();
  duration_of({*request.route_, all, of_status}).observe(BinnedDuration{duration});
  record_rest(Unadded::Both, duration);
}

void HttpMetricsImpl::record_rest(Unadded left, std::chrono::nanoseconds duration) noexcept {
  if (left == Unadded::Both) finished();
  families_.high_resolution().observe(BinnedDuration{duration});
}

void HttpMetricsImpl::observe(const HttpRequest& request, const FoundSeries& found,
                              std::chrono::nanoseconds duration) noexcept {
  // A connection that is upgraded, to a WebSocket for example, lasts as long as its user likes: that is no duration of
  // HTTP.
  constexpr std::uint8_t kConnect = method_index("CONNECT");
  if (request.status_ == 101 || request.method_ == kConnect) return observe_count(request, found);
  duration = std::max(duration, std::chrono::nanoseconds{0});
  const HttpDuration wanted = request.route_->duration;
  const bool has_first_byte = request.first_byte_ != 0;
  const auto to_first_byte = has_first_byte ? clock_.between(request.start_, request.first_byte_) : duration;
  if (wanted == HttpDuration::FirstByte) duration = to_first_byte;
  if (wanted == HttpDuration::None) {
    observe_count(request, found);
  } else {
    const BinnedDuration took{duration};
    if (request.is_sampled_) {
      request.observe_traced(found.all.duration_of(found.status), duration);
    } else {
      duration_of(found).observe(took);
    }
    if (const auto& all = families_.high_resolution(); all.histogram != nullptr) all.observe(took);
    if (levels_ != nullptr) levels_->timed(found.of_class(), duration);
  }
  const FurtherSeries* const further = found.all.further.get();
  if (further == nullptr) return;
  if (further->first_byte.histogram != nullptr && has_first_byte)
    further->first_byte.observe(BinnedDuration{to_first_byte});
  if (further->bytes_in != nullptr) {
    further->bytes_in->observe(static_cast<double>(request.bytes_in_));
    further->bytes_out->observe(static_cast<double>(request.bytes_out_));
  }
}

// Where the duration's count is that of the requests, and a duration would be wrong, the answer's header ends it: that
// is right for what becomes another protocol with it, and far less than hours for the rest.
void HttpMetricsImpl::observe_count(const HttpRequest& request, const FoundSeries& found) noexcept {
  if (found.all.duration != nullptr || request.first_byte_ == 0) return;
  const auto to_first_byte = clock_.between(request.start_, request.first_byte_);
  duration_of(found).observe(BinnedDuration{to_first_byte});
  if (levels_ != nullptr) levels_->timed(found.of_class(), to_first_byte);
}

int HttpMetricsImpl::status_of(const std::exception_ptr& error) const noexcept {
  if (!status_of_ || !error) return 500;
  try {
    return status_of_(error);
  } catch (...) {  // as a rule does that throws on what it doesn't know
    return 500;
  }
}

void HttpMetricsImpl::count_exception(const Route& route, const std::exception_ptr& error) noexcept {
  try {
    if (route.is_counted.load(std::memory_order_relaxed)) families_.count_exception(route, error);
  } catch (...) {  // out of memory
  }
}

}  // namespace vitals::detail
