#include "http/recorded/recorder.hpp"

#include <charconv>
#include <thread>

namespace vitals::test {

namespace {

constexpr std::size_t kThreads = 4;

std::string quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out + '"';
}

template <class Number>
std::string quoted_number(Number v) {
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
  return '[' + Recorder::json(exemplar.labels) + ',' + quoted_number(exemplar.value) + ',' +
         quoted_number(exemplar.timestamp) + ']';
}

std::string json_of(const std::optional<Native>& native) {
  if (!native) return "null";
  return '[' + quoted_number(native->factor) + ',' + quoted_number(native->zero_threshold) + ',' +
         quoted_number(native->max_buckets) + ']';
}

std::string json_of(const Recorded& one) {
  return "{\"name\":" + quoted(one.name) + ",\"help\":" + quoted(one.help) + ",\"type\":" + quoted(one.type) +
         ",\"unit\":" + quoted(one.unit) + ",\"labels\":" + Recorder::json(one.labels) +
         ",\"values\":" + array(one.values, quoted_number<double>) +
         ",\"bounds\":" + array(one.bounds, quoted_number<double>) + ",\"native\":" + json_of(one.native) +
         ",\"quantiles\":" +
         array(one.quantiles,
               [](const auto& q) { return '[' + quoted_number(q.quantile) + ',' + quoted_number(q.value) + ']'; }) +
         ",\"states\":" +
         array(one.states,
               [](const auto& state) { return '[' + quoted(state.name) + (state.enabled ? ",true]" : ",false]"); }) +
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
  return array(labels, [](const Label& label) { return '[' + quoted(label.name) + ',' + quoted(label.value) + ']'; });
}

}  // namespace vitals::test
