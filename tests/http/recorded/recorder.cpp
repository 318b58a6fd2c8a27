#include "http/recorded/recorder.hpp"

#include <charconv>
#include <thread>

namespace vitals::test {

namespace {

constexpr std::size_t kThreads = 4;

std::string json_string(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out + '"';
}

template <class Number>
std::string json_number(Number v) {
  char text[32];
  return '"' + std::string{text, std::to_chars(text, text + sizeof text, v).ptr} + '"';
}

template <class Items, class Write>
std::string array(const Items& items, const Write& write) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "[" : ",") + write(item);
  return out.empty() ? "[]" : out + ']';
}

std::string json_of(const Exemplar& exemplar) {
  return '[' + Recorder::json(exemplar.labels) + ',' + json_number(exemplar.value) + ',' +
         json_number(exemplar.timestamp) + ']';
}

std::string json_of(const std::optional<Native>& native) {
  if (!native) return "null";
  return '[' + json_number(native->factor) + ',' + json_number(native->zero_threshold) + ',' +
         json_number(native->max_buckets) + ']';
}

std::string json_of(const Recorded& one) {
  return "{\"name\":" + json_string(one.name) + ",\"help\":" + json_string(one.help) +
         ",\"type\":" + json_string(one.type) + ",\"unit\":" + json_string(one.unit) +
         ",\"labels\":" + Recorder::json(one.labels) + ",\"values\":" + array(one.values, json_number<double>) +
         ",\"bounds\":" + array(one.bounds, json_number<double>) + ",\"native\":" + json_of(one.native) +
         ",\"quantiles\":" +
         array(one.quantiles,
               [](const auto& q) { return '[' + json_number(q.quantile) + ',' + json_number(q.value) + ']'; }) +
         ",\"states\":" +
         array(
             one.states,
             [](const auto& state) { return '[' + json_string(state.name) + (state.enabled ? ",true]" : ",false]"); }) +
         ",\"exemplars\":" + array(one.exemplars, [](const Exemplar& e) { return json_of(e); }) + '}';
}

}  // namespace

Recorded& Recorder::add(Recorded recorded, const std::function<void(double)>& record) {
  for (const double v : recorded.values) tasks_.emplace_back([record, v] { record(v); });
  return add(std::move(recorded));
}

void Recorder::run() {
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (std::size_t i = t; i < tasks_.size(); i += kThreads) tasks_[i]();
    });
  }
  for (auto& thread : threads) thread.join();
  tasks_.clear();
}

std::string Recorder::json() const {
  return array(recorded_, [](const Recorded& one) { return json_of(one); });
}

std::string Recorder::json(const std::vector<Label>& labels) {
  return array(labels,
               [](const Label& label) { return '[' + json_string(label.name) + ',' + json_string(label.value) + ']'; });
}

}  // namespace vitals::test
