#include "http/requests/http_families.hpp"

#include <string>
#include <utility>
#include <vector>

#include "http/requests/http_method.hpp"

namespace vitals::detail {
namespace {

// More than routes, methods, statuses and users' labels can make: all of these are bounded, and none of a listed
// route's series may become one of overflow.
constexpr FamilyOptions kBounded{.max_series = 10'000'000};
constexpr FamilyOptions kSeconds{.max_series = kBounded.max_series, .unit = "seconds"};
constexpr FamilyOptions kBytes{.max_series = kBounded.max_series, .unit = "bytes"};

constexpr std::array<std::string_view, 4> kAborts{"client_gone", "timeout", "shutdown", "error"};

struct LabelWords {
  const char* method;
  const char* endpoint;
};
LabelWords words_of(HttpNaming naming) {
  if (naming == HttpNaming::OpenTelemetry) return {"http_request_method", "http_route"};
  return {"method", "endpoint"};
}

LabelNames names_of(const LabelWords& words, std::vector<std::string> more, const UserLabels& labels) {
  std::vector<std::string> names{words.method, words.endpoint};
  names.insert(names.end(), more.begin(), more.end());
  labels.append_names(names);
  return LabelNames{names};
}

std::string text_of_status(int key) {
  if (key < 0) return "_OTHER";
  return key < 10 ? std::to_string(key) + "xx" : std::to_string(key);
}

}  // namespace

HttpFamilies::HttpFamilies(const Scope& scope, const HttpOptions& options, const UserLabels& labels)
    : labels_{labels},
      naming_{options.naming},
      url_scheme_{options.url_scheme},
      group_status_{options.group_status},
      has_extras_{options.exemplars || options.time_to_first_byte || options.sizes},
      accepted_levels_{HttpLevels::accepted(scope, options)},
      buckets_{accepted_levels_ != nullptr ? accepted_levels_->request_buckets(options.duration_buckets)
                                           : options.duration_buckets},
      dropped_routes_{
          scope.counter("http_metrics_routes_dropped_total",
                        "Requests whose route could not be added: mostly beyond HttpOptions::max_routes.")} {
  const LabelWords words = words_of(naming_);
  const LabelNames plain = names_of(words, {}, labels);
  constexpr auto kDuration = "Time from an HTTP request's header to the end of its answer.";
  if (naming_ == HttpNaming::OpenTelemetry) {
    duration_ =
        &scope.histogram("http_server_request_duration_seconds", kDuration,
                         names_of(words, {"http_response_status_code", "url_scheme"}, labels), buckets_, kSeconds);
  } else {
    requests_ =
        &scope.counter("http_requests_total", "HTTP requests answered.", names_of(words, {"status"}, labels), kBounded);
    duration_ = &scope.histogram("http_request_duration_seconds", kDuration, plain, buckets_, kSeconds);
  }
  index_.emplace(buckets_.bounds());
  if (accepted_levels_ != nullptr) levels_.emplace(scope, accepted_levels_, words.method, words.endpoint);
  if (options.high_resolution) {
    const Buckets bounds = Buckets::fine_latency();
    auto& all = scope.histogram("http_request_duration_highr_seconds",
                                "Time from an HTTP request's header to the end of its answer, of all routes.", bounds,
                                {.unit = "seconds"});
    high_resolution_ = {all, high_resolution_index_.emplace(bounds.bounds())};
  }
  if (options.time_to_first_byte) {
    first_byte_ = &scope.histogram("http_time_to_first_byte_seconds",
                                   "Time from an HTTP request's header to the first byte of its answer.", plain,
                                   buckets_, kSeconds);
  }
  if (options.sizes) {
    const Buckets sizes = Buckets::exponential(64, 4, 12);  // to 256 MiB
    bytes_in_ = &scope.histogram("http_request_size_bytes", "Bodies of HTTP requests.", plain, sizes, kBytes);
    bytes_out_ = &scope.histogram("http_response_size_bytes", "Bodies of HTTP answers.", plain, sizes, kBytes);
  }
  if (options.exceptions) {
    const std::array<std::string_view, 2> names{words.endpoint, "exception"};
    exceptions_ =
        &scope.counter("http_exceptions_total", "Exceptions that HTTP handlers threw, by their type.", names, kBounded);
  }
  if (options.aborts) {
    auto& aborts =
        scope.counter("http_requests_aborted_total", "HTTP requests that ended before their answer did.", {"reason"});
    for (std::size_t i = 0; i < kAborts.size(); ++i) aborts_[i] = &aborts.with(kAborts[i]);
  }
}

void HttpFamilies::make(RouteSeries& series, const SeriesKey& key) const {
  const auto labels = labels_of(key);
  if (naming_ != HttpNaming::OpenTelemetry) series.duration = &durations(*duration_, key, labels);
  if (first_byte_ == nullptr && bytes_in_ == nullptr && !levels_) return;
  auto further = std::make_unique<FurtherSeries>();
  if (first_byte_ != nullptr) further->first_byte = {durations(*first_byte_, key, labels), index_of(key.route)};
  if (bytes_in_ != nullptr) {
    further->bytes_in = &bytes_in_->with(labels);
    further->bytes_out = &bytes_out_->with(labels);
  }
  if (levels_) further->of_class = levels_->meet(kMethods[key.method], key.route.pattern);
  series.further = std::move(further);
}

void HttpFamilies::make(StatusSeries& series, int status, const RouteSeries& of, const SeriesKey& key) const {
  auto labels = labels_of(key);
  const std::string text = text_of_status(status);
  if (naming_ == HttpNaming::OpenTelemetry) {
    labels.push_back({"http_response_status_code", text});
    labels.push_back({"url_scheme", url_scheme_});
    series.duration = &durations(*duration_, key, labels);
  } else {
    labels.push_back({"status", text});
    series.requests = &requests_->with(labels);
  }
  series.is_indexed = index_of(key.route).fits(of.duration_of(series));
  constexpr std::uint8_t kConnect = method_index("CONNECT");
  const bool has_more = has_extras_ || group_status_ || key.route.duration != HttpDuration::Full;
  const bool is_plain = !has_more && key.method != kConnect && status != 101 && of.duration != nullptr &&
                        series.is_indexed && high_resolution_.index != nullptr;
  if (is_plain) series.recording = levels_ ? Recording::WithLevels : Recording::Plain;
}

void HttpFamilies::count_exception(const Route& route, const std::exception_ptr& error) {
  if (exceptions_ != nullptr && error) exceptions_->with(route.pattern, exception_types_.name(error)).inc();
}

void HttpFamilies::count_abort(HttpAbort reason) noexcept {
  const auto i = static_cast<std::size_t>(reason);
  if (i < aborts_.size() && aborts_[i] != nullptr) aborts_[i]->inc();
}

std::vector<LabelPair> HttpFamilies::labels_of(const SeriesKey& key) const {
  const LabelWords words = words_of(naming_);
  std::vector<LabelPair> labels{{words.method, kMethods[key.method]}, {words.endpoint, key.route.pattern}};
  labels_.append(key.labels, labels);
  return labels;
}

Histogram& HttpFamilies::durations(DynamicFamily<Histogram>& family, const SeriesKey& key,
                                   const std::vector<LabelPair>& labels) {
  const auto* own = key.route.own_buckets.get();
  return own != nullptr ? family.with_bounds(own->buckets, labels) : family.with(labels);
}

}  // namespace vitals::detail
