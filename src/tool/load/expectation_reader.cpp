#include "tool/load/expectation_reader.hpp"

#include <utility>

#include <fmt/core.h>

#include "core/text/printable.hpp"

namespace vitals::tool {

using detail::in_single_quotes;

void ExpectationReader::read(const YamlValue& map, AnswerExpectation& into) {
  const auto keys = yaml_.entries(map, "'expect'", {"status", "headers", "json", "has", "body"});
  if (const auto found = keys.find("status"); found != keys.end()) statuses(*found->second, into);
  if (const auto found = keys.find("headers"); found != keys.end()) headers(*found->second, into);
  if (const auto found = keys.find("json"); found != keys.end()) json(*found->second, into);
  if (const auto found = keys.find("has"); found != keys.end()) {
    for (const auto& one : texts(*found->second, "has", "a path of JSON such as items[0].id")) {
      auto path = this->path(*found->second, one);
      if (path) into.json.push_back({std::move(*path), std::nullopt});
    }
  }
  if (const auto found = keys.find("body"); found != keys.end()) {
    into.body = texts(*found->second, "body", "a part of the answer's body");
    for (const auto& text : into.body) must_be_fixed(*found->second, text);
  }
}

void ExpectationReader::must_be_fixed(const YamlValue& at, const std::string& text) {
  if (text.find("{{") != std::string::npos)
    yaml_.add(at, fmt::format("{} has a variable: what is expected is the same for each request, so write what all "
                              "answers have",
                              in_single_quotes(text)));
}

void ExpectationReader::statuses(const YamlValue& value, AnswerExpectation& into) {
  if (value.kind != YamlValue::Kind::List) return one_status(value, into);
  if (const auto* items = yaml_.list(value, "status", "[200, 404]"))
    for (const auto& item : *items) one_status(item, into);
}

void ExpectationReader::one_status(const YamlValue& value, AnswerExpectation& into) {
  const auto* given = yaml_.scalar(value, "status", "a status such as 200 or 2xx, or a list of them");
  if (!given) return;
  const auto number = whole_number(*given);
  const bool is_class = given->size() == 3 && given->ends_with("xx") && (*given)[0] >= '1' && (*given)[0] <= '5';
  if (number && *number >= 100 && *number <= 599) {
    into.statuses.push_back({static_cast<int>(*number), static_cast<int>(*number)});
  } else if (is_class) {
    const int hundreds = ((*given)[0] - '0') * 100;
    into.statuses.push_back({hundreds, hundreds + 99});
  } else {
    yaml_.add(value, fmt::format("{} is no status; write one from 100 to 599, or a class such as 2xx",
                                 in_single_quotes(*given)));
  }
}

void ExpectationReader::headers(const YamlValue& map, AnswerExpectation& into) {
  for (const auto& [key, value] : yaml_.pairs(map, "'headers'", "{Content-Type: json}")) {
    if (!is_token(key->scalar)) yaml_.add(*key, in_single_quotes(key->scalar) + " is no name of a header; mend it");
    if (value->kind == YamlValue::Kind::List || value->kind == YamlValue::Kind::Map)
      yaml_.add(*value, "a header is compared with one text, a part of it; write that");
    must_be_fixed(*value, value->scalar);
    into.headers.push_back({key->scalar, value->scalar});
  }
}

void ExpectationReader::json(const YamlValue& map, AnswerExpectation& into) {
  for (const auto& [key, value] : yaml_.pairs(map, "'json'", "{user.name: Ann}")) {
    auto path = this->path(*key, key->scalar);
    if (value->kind == YamlValue::Kind::List || value->kind == YamlValue::Kind::Map)
      yaml_.add(*value, "a value of JSON is compared with one text or number; give the paths of those within");
    const auto expected = value->kind == YamlValue::Kind::Null ? std::string{"null"} : value->scalar;
    must_be_fixed(*value, expected);
    if (path) into.json.push_back({std::move(*path), expected});
  }
}

std::vector<std::string> ExpectationReader::texts(const YamlValue& value, std::string_view key,
                                                  std::string_view example) {
  std::vector<std::string> result;
  if (value.kind == YamlValue::Kind::List && !value.items.empty()) {
    for (const auto& item : value.items)
      if (const auto* one = yaml_.scalar(item, key, example)) result.push_back(*one);
  } else if (const auto* one = yaml_.scalar(value, key, example)) {
    result.push_back(*one);
  }
  return result;
}

std::optional<JsonPath> ExpectationReader::path(const YamlValue& at, const std::string& text) {
  JsonPath path;
  const auto fault = parse_json_path(text, path);
  if (fault.empty()) return path;
  yaml_.add(at, fmt::format("the path {} {}", in_single_quotes(text), fault));
  return std::nullopt;
}

}  // namespace vitals::tool
