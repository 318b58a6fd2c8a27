// Any bytes as names, help and label values: registration refuses them with std::invalid_argument, or every exposition
// is well-formed and has exactly the series that went in.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <protozero/pbf_reader.hpp>

#include <vitals/vitals.hpp>

#include "core/text/escaping.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"
#include "support/text_samples.hpp"

namespace {

using namespace vitals;
using namespace vitals::detail;
using testing::SeriesKey;
using testing::TextKind;

void require(bool holds) {
  if (!holds) std::abort();
}

// Pieces of the input: a byte that says how long, and that many.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_{reinterpret_cast<const char*>(data), size} {}

  unsigned byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(rest_[0]);
    rest_.remove_prefix(1);
    return byte;
  }
  std::string text() {
    const auto text = rest_.substr(0, byte() % 64);
    rest_.remove_prefix(text.size());
    return std::string{text};
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

struct Case {
  explicit Case(Input& input) {
    const unsigned flags = input.byte();
    utf8_names = (flags & 1) != 0;
    type = (flags >> 1) % 5;
    name = (flags & 16) != 0 ? "metric_total" : input.text();
    for (const char* usual : {"a", "b", "c"}) labels.push_back((flags & 32) != 0 ? usual : input.text());
    help = input.text();
    constant = input.text();
    do {
      series.push_back({input.text(), input.text()});
    } while (!input.empty() && series.size() < 20);
  }

  bool utf8_names;
  unsigned type;
  std::string name;
  std::vector<std::string> labels;  // the first is constant
  std::string help;
  std::string constant;  // its value
  std::vector<std::vector<std::string>> series;
};

CollectorToken collect(Registry& registry, const Case& input, MetricType type) {
  FamilySnapshot family{input.name, input.help, type, {}, {}};
  for (const auto& values : input.series) {
    auto& metric = family.metrics.emplace_back();
    metric.labels = {{input.labels[1], values[0]}, {input.labels[2], values[1]}};
    if (type == MetricType::StateSet) metric.states = {{"on", true}};
  }
  return registry.add_collector([family](std::vector<FamilySnapshot>& out) { out.push_back(family); });
}

template <class Metrics>
void make_series(Metrics& family, const Case& input) {
  for (const auto& values : input.series) (void)family.with(values[0], values[1]);
}

CollectorToken fill(Registry& registry, const Case& input) {
  const std::string_view names[]{input.labels[1], input.labels[2]};
  if (input.type == 0) make_series(registry.counter(input.name, input.help, names), input);
  if (input.type == 1) make_series(registry.gauge(input.name, input.help, names), input);
  if (input.type == 2) make_series(registry.histogram(input.name, input.help, names, Buckets{1}), input);
  if (input.type == 3) return collect(registry, input, MetricType::Gauge);
  if (input.type == 4) return collect(registry, input, MetricType::StateSet);
  return CollectorToken{nullptr};
}

// The keys of the samples named `name`, as they must be in an exposition, from what went in.
std::set<SeriesKey> expected(const Case& input, const std::string& name, Escaping escaping) {
  std::set<SeriesKey> keys;
  for (const auto& values : input.series) {
    SeriesKey key{name, {}};
    const std::string* of_label[]{&input.constant, &values[0], &values[1]};
    for (int i = 0; i < 3; ++i)
      key.second.emplace_back(exposed_name(input.labels[i], escaping, NameKind::Label), to_valid_utf8(*of_label[i]));
    if (input.type == 4) key.second.emplace_back(exposed_name(input.name, escaping, NameKind::Label), "on");
    std::sort(key.second.begin(), key.second.end());
    keys.insert(std::move(key));
  }
  return keys;
}

std::string sample_name(const Case& input, Escaping escaping) {
  std::string name = input.name;
  if (input.type == 0 && !name.ends_with("_total")) name += "_total";
  return exposed_name(name, escaping, NameKind::Metric) + (input.type == 2 ? "_count" : "");
}

void require_text(const Registry& registry, const Case& input, const Exposition& how) {
  std::string text;
  expose(registry, how, text);
  const auto kind = how.format == Format::OpenMetrics ? TextKind::OpenMetrics : TextKind::Text;
  const auto parsed = testing::parse_exposition(text, kind);  // throws where it is not well-formed
  if (parsed.samples.empty()) return require(input.type >= 3);

  std::set<SeriesKey> found;
  const auto name = sample_name(input, how.escaping);
  for (const auto& [key, value] : parsed.samples) {
    if (key.first == name) found.insert(key);
  }
  require(found == expected(input, name, how.escaping));
  require(parsed.samples.size() == found.size() * (input.type == 2 ? 4 : 1));
  require(parsed.help.size() == 1 && parsed.help.begin()->second == to_valid_utf8(input.help));
}

void require_metric(protozero::pbf_reader metric, std::set<SeriesKey>& found, const std::string& name) {
  SeriesKey key{name, {}};
  while (metric.next()) {
    if (metric.tag() != 1) {
      metric.skip();
      continue;
    }
    auto label = metric.get_message();
    require(label.next(1));
    const auto label_name = label.get_string();
    require(label.next(2));
    key.second.emplace_back(label_name, label.get_string());
  }
  std::sort(key.second.begin(), key.second.end());
  require(found.insert(std::move(key)).second);
}

void require_protobuf(const Registry& registry, const Case& input, Escaping escaping) {
  const std::string name = sample_name(input, escaping);
  std::string message;
  expose(registry, {.format = Format::Protobuf, .escaping = escaping}, message);
  if (message.empty()) return require(input.type >= 3);
  const char* at = message.data();
  const auto length = protozero::decode_varint(&at, message.data() + message.size());
  require(at + length == message.data() + message.size());
  protozero::pbf_reader family{at, static_cast<std::size_t>(length)};
  std::set<SeriesKey> found;
  while (family.next()) {
    if (family.tag() == 1) {
      require(family.get_string() + (input.type == 2 ? "_count" : "") == name);
    } else if (family.tag() == 2) {
      require(family.get_string() == to_valid_utf8(input.help));
    } else if (family.tag() == 4) {
      require_metric(family.get_message(), found, name);
    } else {
      family.skip();
    }
  }
  require(found == expected(input, name, escaping));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input bytes{data, size};
  const Case input{bytes};
  try {
    Registry registry{{.labels = {{input.labels[0], input.constant}}, .utf8_names = input.utf8_names}};
    const auto token = fill(registry, input);
    for (const auto escaping : {Escaping::Underscores, Escaping::Dots, Escaping::Values, Escaping::Utf8}) {
      require_text(registry, input, {.escaping = escaping});
      require_text(registry, input, {.format = Format::OpenMetrics, .escaping = escaping});
      require_protobuf(registry, input, escaping);
    }
  } catch (const std::invalid_argument& refused) {
    require(std::string_view{refused.what()}.starts_with("vitals: ") && is_valid_utf8(refused.what()));
  }
  return 0;
}
