#pragma once
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tool/input/fetch.hpp"

namespace vitals::tool {

struct TimedValue {
  double at;  ///< seconds since 1970
  double value;
};

/// A series as a Prometheus server has it.
struct PrometheusSeries {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  ///< sorted by name
  std::vector<TimedValue> samples;                          ///< in their order
  bool has_native = false;                                  ///< it has samples that are native histograms
};

/// The HTTP API of a Prometheus server, version 2 or 3 (https://prometheus.io/docs/prometheus/latest/querying/api/).
/// All members throw FetchError: the server can't be reached, is no Prometheus, or refuses the query, with its reason.
/// Bounded as fetch_url() is.
class PrometheusApi {
 public:
  /// `url` is that of the server, perhaps with a prefix; without /api/v1.
  PrometheusApi(const std::string& url, std::chrono::milliseconds timeout, Credentials credentials);

  /// The address without credentials, for messages.
  [[nodiscard]] const std::string& shown() const { return shown_; }

  /// What the server's clock says, in seconds since 1970.
  [[nodiscard]] double now() const;
  /// The raw samples of a range selector such as a_total{job="b"} in the `seconds` before `at`: no staleness markers.
  /// Throws AnswerTooLarge if there are too many of them for the server or for us.
  [[nodiscard]] std::vector<PrometheusSeries> samples(const std::string& selector, double seconds, double at) const;
  /// The newest sample of each series that is not stale at that time.
  [[nodiscard]] std::vector<PrometheusSeries> current(const std::string& selector, double at) const;
  /// The names that series of the selector have between two times; an empty selector is any.
  [[nodiscard]] std::set<std::string> names(const std::string& selector, double from, double to) const;
  /// The TYPE of metrics, as scrapes that are kept now told it. Empty where the server doesn't know.
  [[nodiscard]] std::map<std::string, std::string> types() const;

 private:
  [[nodiscard]] Fetched answer(const std::string& path) const;
  [[nodiscard]] std::vector<PrometheusSeries> query(const std::string& query, double at) const;

  std::string url_, shown_;
  std::chrono::milliseconds timeout_;
  Credentials credentials_;
};

}  // namespace vitals::tool
