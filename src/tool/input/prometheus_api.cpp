// The only source but baseline.cpp that compiles nlohmann-json.
#include "tool/input/prometheus_api.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "core/text/names.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using nlohmann::json;

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view{"-._~"}.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string time_text(double seconds) { return fmt::format("{:.3f}", seconds); }

// Go's numbers: "1.5", "NaN", "+Inf".
double number_of(const json& text) {
  std::string_view digits = text.get_ref<const std::string&>();
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) throw FetchError("a value is no number");
  return value;
}

TimedValue sample_of(const json& pair) { return {pair.at(0).get<double>(), number_of(pair.at(1))}; }

PrometheusSeries series_of(const json& result) {
  PrometheusSeries series;
  for (const auto& [label, value] : result.at("metric").items()) {
    auto& text = value.get_ref<const std::string&>();
    if (label == detail::kMetricName) {
      series.name = text;
    } else {
      series.labels.emplace_back(label, text);
    }
  }
  std::sort(series.labels.begin(), series.labels.end());
  if (const auto value = result.find("value"); value != result.end()) series.samples.push_back(sample_of(*value));
  if (const auto values = result.find("values"); values != result.end()) {
    series.samples.reserve(values->size());
    for (const auto& pair : *values) series.samples.push_back(sample_of(pair));
  }
  series.has_native = result.contains("histogram") || result.contains("histograms");
  return series;
}

// What the server says against a query; empty if it is no answer of a Prometheus.
std::string refusal(const std::string& body) {
  const auto answer = json::parse(body, nullptr, false);
  if (!answer.is_object() || answer.value("status", json()) != "error" || !answer.value("error", json()).is_string())
    return {};
  return answer["error"].get<std::string>();
}

// Of an answer with status 200 what `read` makes of its data.
template <class Read>
auto data_of(const Fetched& answer, const std::string& shown, const Read& read) {
  try {
    const auto root = json::parse(answer.body);
    if (root.at("status") != "success") throw FetchError("the status is no success");
    return read(root.at("data"));
  } catch (const json::exception&) {
    throw FetchError(fmt::format("{} answered with what no Prometheus does: is it the address of the server?", shown));
  }
}

}  // namespace

PrometheusApi::PrometheusApi(const std::string& url, std::chrono::milliseconds timeout, Credentials credentials)
    : url_(url.substr(0, url.find_last_not_of('/') + 1) + "/api/v1/"),
      shown_(without_credentials(url)),
      timeout_(timeout),
      credentials_(std::move(credentials)) {}

Fetched PrometheusApi::answer(const std::string& path) const {
  auto answer = fetch_any_status(url_ + path, timeout_, "application/json", credentials_);
  if (answer.status == 200) return answer;
  const auto why = refusal(answer.body);
  // promql/engine.go: "query processing would load too many samples into memory in query execution"
  if (why.find("too many samples") != why.npos)
    throw AnswerTooLarge(fmt::format("{}: {}", shown_, printable(why, 300)));
  if (!why.empty()) throw FetchError(fmt::format("{}: {}", shown_, printable(why, 300)));
  require_success(answer.status, shown_);
  return answer;
}

double PrometheusApi::now() const {
  return data_of(answer("query?query=time()"), shown_,
                 [](const json& data) { return number_of(data.at("result").at(1)); });
}

std::vector<PrometheusSeries> PrometheusApi::query(const std::string& query, double at) const {
  return data_of(answer(fmt::format("query?query={}&time={}", percent_encoded(query), time_text(at))), shown_,
                 [](const json& data) {
                   std::vector<PrometheusSeries> result;
                   for (const auto& one : data.at("result")) result.push_back(series_of(one));
                   return result;
                 });
}

std::vector<PrometheusSeries> PrometheusApi::samples(const std::string& selector, double seconds, double at) const {
  return query(fmt::format("{}[{:.0f}ms]", selector, std::ceil(seconds * 1000)), at);
}

std::vector<PrometheusSeries> PrometheusApi::current(const std::string& selector, double at) const {
  return query(selector, at);
}

std::set<std::string> PrometheusApi::names(const std::string& selector, double from, double to) const {
  const auto matching = selector.empty() ? std::string{} : "&match[]=" + percent_encoded(selector);
  const auto path =
      fmt::format("label/{}/values?start={}&end={}{}", detail::kMetricName, time_text(from), time_text(to), matching);
  return data_of(answer(path), shown_, [](const json& data) { return data.get<std::set<std::string>>(); });
}

std::map<std::string, std::string> PrometheusApi::types() const {
  std::map<std::string, std::string> result;
  const auto answer = fetch_any_status(url_ + "metadata", timeout_, "application/json", credentials_);
  if (answer.status != 200) return result;  // other servers that speak the API don't have it
  data_of(answer, shown_, [&](const json& data) {
    for (const auto& [metric, told] : data.items()) {
      const auto& type = told.at(0).at("type");
      const bool is_one =
          std::all_of(told.begin(), told.end(), [&](const json& one) { return one.at("type") == type; });
      if (is_one) result.emplace(metric, type.get<std::string>());
    }
    return 0;
  });
  return result;
}

}  // namespace vitals::tool
