#include "http/access/web_config_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <stdexcept>
#include <utility>

#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"
#include "http/access/bcrypt.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMostConfigMistakes = 100;
constexpr std::chrono::hours kLongestInterval{1};  // times kMostBurst it fits into 63 bits of nanoseconds
constexpr int kMostBurst = 1'000'000;

constexpr std::array<std::string_view, 4> kTopKeys{"tls_server_config", "http_server_config", "basic_auth_users",
                                                   "rate_limit"};
constexpr std::array<std::string_view, 2> kHttpKeys{"http2", "headers"};
constexpr std::array<std::string_view, 2> kLimitKeys{"interval", "burst"};

// A header that may be set, and its values if these are some words.
struct ConfigHeader {
  std::string_view name;
  std::vector<std::string_view> values;
};

const std::array<ConfigHeader, 5>& config_headers() {
  static const std::array<ConfigHeader, 5> headers{{{"Content-Security-Policy", {}},
                                                    {"Strict-Transport-Security", {}},
                                                    {"X-Content-Type-Options", {"nosniff"}},
                                                    {"X-Frame-Options", {"deny", "sameorigin"}},
                                                    {"X-XSS-Protection", {}}}};
  return headers;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? "" : path.substr(0, slash + 1);
}

template <class Texts>
std::string joined_by_commas(const Texts& texts) {
  std::string result;
  for (const auto text : texts) result += (result.empty() ? "" : ", ") + std::string{text};
  return result;
}

// A number and a unit, as Go reads a duration: 1.5 s of "1.5s" and of the end of "1m1.5s"; takes it off the text.
std::optional<std::chrono::duration<double, std::nano>> take_duration(std::string_view& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const auto unit = text.substr(0, std::min(text.find_first_of("0123456789."), text.size()));
  text.remove_prefix(unit.size());
  static constexpr std::array<std::pair<std::string_view, double>, 8> kUnits{
      {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"μs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  const auto* const found = std::ranges::find(kUnits, unit, &std::pair<std::string_view, double>::first);
  if (found == kUnits.end()) return std::nullopt;
  return std::chrono::duration<double, std::nano>{number * found->second};
}

}  // namespace

WebConfigReader::WebConfigReader(const YamlValue& root, const std::string& path)
    : root_(root), shown_(printable(path, 4096)), folder_(folder_of(path)) {}

WebConfig WebConfigReader::read() {
  WebConfig config;
  for (const auto& entry : entries(root_, "the file", kTopKeys)) {
    if (entry.key == "tls_server_config") config.tls = tls(entry);
    if (entry.key == "http_server_config") read_http(*entry.value, config);
    if (entry.key == "basic_auth_users") read_users(*entry.value, config.users);
    if (entry.key == "rate_limit") config.rate_limit = rate_limit(*entry.value);
  }
  if (!mistakes_.empty()) throw std::invalid_argument(lines());
  return config;
}

void WebConfigReader::add(const YamlValue& at, std::string text) {
  if (mistakes_.size() < kMostConfigMistakes)
    mistakes_.push_back({at.place, std::move(text)});
  else
    ++further_mistakes_;
}

std::string WebConfigReader::place_of(const YamlValue& value) const {
  return shown_ + ':' + std::to_string(value.place.line) + ':' + std::to_string(value.place.column);
}

std::string WebConfigReader::lines() {
  std::ranges::stable_sort(mistakes_, {}, &Mistake::place);
  std::string result;
  for (const auto& [place, text] : mistakes_) {
    if (!result.empty()) result += '\n';
    result += shown_ + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) + ": " + text;
  }
  if (further_mistakes_ > 0) result += "\nand " + std::to_string(further_mistakes_) + " more";
  return result;
}

std::vector<WebConfigReader::Entry> WebConfigReader::entries(const YamlValue& value, const std::string& what) {
  std::vector<Entry> result;
  if (value.kind == YamlValue::Kind::Null) return result;
  if (value.kind != YamlValue::Kind::Map) {
    add(value, what + " must be a map, such as KEY: VALUE; docs/endpoint_security.md has an example");
    return result;
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
    const auto& key = value.items[i];
    if (key.kind != YamlValue::Kind::Scalar)
      add(key, "a key must be a text; quote it if it is one");
    else if (!seen.insert(key.scalar).second)
      add(key, "key " + in_single_quotes(key.scalar) + " comes twice; remove one");
    else
      result.push_back({key.scalar, &key, &value.items[i + 1]});
  }
  return result;
}

std::vector<WebConfigReader::Entry> WebConfigReader::entries(const YamlValue& value, const std::string& what,
                                                             std::span<const std::string_view> known) {
  auto result = entries(value, what);
  std::erase_if(result, [&](const Entry& entry) {
    if (std::ranges::find(known, entry.key) != known.end()) return false;
    add(*entry.name, "unknown key " + in_single_quotes(entry.key) + did_you_mean(entry.key, known) + "; the keys of " +
                         what + " are " + joined_by_commas(known));
    return true;
  });
  return result;
}

std::string WebConfigReader::text(const Entry& entry) {
  if (entry.value->kind == YamlValue::Kind::Scalar) return entry.value->scalar;
  if (entry.value->kind != YamlValue::Kind::Null)
    add(*entry.value, in_single_quotes(entry.key) + " must be one value; write it behind the colon");
  return {};
}

std::vector<const YamlValue*> WebConfigReader::texts(const Entry& entry) {
  std::vector<const YamlValue*> result;
  if (entry.value->kind == YamlValue::Kind::Null) return result;
  if (entry.value->kind != YamlValue::Kind::List) {
    add(*entry.value, in_single_quotes(entry.key) + " must be a list; write each item on a line with - before it");
    return result;
  }
  for (const auto& item : entry.value->items) {
    if (item.kind == YamlValue::Kind::Scalar)
      result.push_back(&item);
    else
      add(item, "an item of " + in_single_quotes(entry.key) + " must be a text; write one");
  }
  return result;
}

bool WebConfigReader::boolean(const Entry& entry, bool otherwise) {
  static constexpr std::array<std::string_view, 11> kTrue{"true", "True", "TRUE", "yes", "Yes", "YES",
                                                          "on",   "On",   "ON",   "y",   "Y"};
  static constexpr std::array<std::string_view, 11> kFalse{"false", "False", "FALSE", "no", "No", "NO",
                                                           "off",   "Off",   "OFF",   "n",  "N"};
  const auto word = text(entry);
  if (entry.value->kind != YamlValue::Kind::Scalar) return otherwise;
  if (!entry.value->quoted && std::ranges::find(kTrue, word) != kTrue.end()) return true;
  if (!entry.value->quoted && std::ranges::find(kFalse, word) != kFalse.end()) return false;
  add(*entry.value, in_single_quotes(word) + " is neither true nor false; " + in_single_quotes(entry.key) +
                        " takes one of them, without quotes");
  return otherwise;
}

std::string WebConfigReader::path(const Entry& entry) {
  auto given = text(entry);
  return given.empty() || given.front() == '/' ? given : folder_ + given;
}

void WebConfigReader::read_http(const YamlValue& value, WebConfig& into) {
  for (const auto& entry : entries(value, "http_server_config", kHttpKeys)) {
    if (entry.key == "http2") static_cast<void>(boolean(entry, true));  // clients that offer it take HTTP/1.1 as well
    if (entry.key == "headers") read_headers(*entry.value, into);
  }
}

void WebConfigReader::read_headers(const YamlValue& value, WebConfig& into) {
  std::vector<std::string_view> names;
  for (const auto& header : config_headers()) names.push_back(header.name);
  for (const auto& entry : entries(value, "headers", names)) {
    auto given = text(entry);
    const auto header = std::ranges::find(config_headers(), entry.key, &ConfigHeader::name);
    if (!header->values.empty() && std::ranges::find(header->values, given) == header->values.end())
      add(*entry.value, in_single_quotes(given) + " is no value of " + std::string{entry.key} + "; it takes " +
                            joined_by_commas(header->values));
    else if (std::ranges::any_of(given, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
      add(*entry.value, "a header is one line without control characters; write it so");
    else if (!given.empty())
      into.headers.emplace_back(entry.key, std::move(given));
  }
}

void WebConfigReader::read_users(const YamlValue& value, Users& into) {
  for (const auto& entry : entries(value, "basic_auth_users")) {
    auto hash = text(entry);
    if (const auto name = user_name_fault(entry.key))
      add(*entry.name, *name);
    else if (const auto fault = bcrypt_fault(hash))
      add(*entry.value, "user " + in_single_quotes(entry.key) + ": " + *fault);
    else
      into.emplace(entry.key, std::move(hash));
  }
}

std::optional<RequestRate> WebConfigReader::rate_limit(const YamlValue& value) {
  RequestRate limit;
  for (const auto& entry : entries(value, "rate_limit", kLimitKeys)) {
    if (entry.key == "interval") limit.interval = duration(entry);
    if (entry.key != "burst") continue;
    const auto number = text(entry);
    int burst = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), burst);
    if (error != std::errc{} || end != number.data() + number.size() || burst < 0 || burst > kMostBurst)
      add(*entry.value, in_single_quotes(number) + " is no number of requests; write one from 1 to 1000000");
    else
      limit.burst = static_cast<std::size_t>(burst);
  }
  if (limit.interval.count() == 0) return std::nullopt;
  if (limit.burst == 0 && mistakes_.empty())
    add(value, "a burst of 0 would refuse every request; add burst: 10, or what else may come at once");
  return limit;
}

std::chrono::nanoseconds WebConfigReader::duration(const Entry& entry) {
  const auto given = text(entry);
  if (given.empty() || given == "0") return {};
  std::chrono::duration<double, std::nano> sum{};
  for (std::string_view rest = given; !rest.empty();) {
    const auto part = take_duration(rest);
    if (!part || (sum += *part) > kLongestInterval) {
      add(*entry.value, in_single_quotes(given) + " is no time from 0 to 1h with its unit; write one such as 500ms");
      return {};
    }
  }
  return std::chrono::duration_cast<std::chrono::nanoseconds>(sum);
}

}  // namespace vitals::detail
