#include "tool/load/request_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include "core/text/ascii.hpp"
#include "core/text/http_methods.hpp"
#include "core/text/json_text.hpp"
#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"

namespace vitals::tool {
namespace {

using detail::in_single_quotes;

constexpr std::size_t kMostRoute = 200;
constexpr std::array<std::string_view, 4> kOwnHeaders{"host", "content-length", "transfer-encoding", "connection"};

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }
bool is_of_path(char c) { return c > ' ' && c < '\x7f'; }

// RFC 8259 6
bool is_json_number(std::string_view text) {
  const auto digits = [&text] {
    const auto n = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(n);
    return n;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leads_with_zero = text.starts_with('0');
  const auto n = digits();
  if (n == 0 || (leads_with_zero && n > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

// An address of the command line has no variables: its {{ are a server's own.
bool is_literal(const YamlValue& value) { return value.place == kCommandLine; }

// "/clients/{{id}}?x=1" as "/clients/{id}".
std::string route_of(std::string_view target) {
  std::string route;
  for (std::size_t i = 0; i < target.size() && target[i] != '?'; ++i) {
    const bool is_twice = i + 1 < target.size() && target[i + 1] == target[i];
    route += target[i];
    if ((target[i] == '{' || target[i] == '}') && is_twice) ++i;
  }
  return route;
}

}  // namespace

void RequestReader::common_headers(const YamlValue& map) { common_ = headers(map, true); }

RequestPlan RequestReader::request(const YamlValue& map, bool extracts) {
  RequestPlan plan;
  std::vector<std::string_view> known{"request", "route", "headers", "json", "form", "body", "expect"};
  known.push_back(extracts ? "extract" : "weight");
  const auto keys = yaml_.entries(map, extracts ? "a request of the setup" : "a request", known);
  if (map.kind != YamlValue::Kind::Map) return plan;
  if (const auto found = keys.find("request"); found != keys.end()) {
    request_line(*found->second, plan);
  } else {
    yaml_.add(map, "a request has no 'request'; add it, such as 'request: GET /api/clients'");
  }
  if (const auto found = keys.find("route"); found != keys.end()) route(*found->second, plan);
  if (const auto found = keys.find("weight"); found != keys.end()) weight(*found->second, plan);
  body(keys, plan);
  add_headers(keys, plan);
  if (const auto found = keys.find("expect"); found != keys.end()) expectations_.read(*found->second, plan.expect);
  if (const auto found = keys.find("extract"); found != keys.end()) extractions(*found->second, plan);
  note_drawn(plan);
  return plan;
}

void RequestReader::request_line(const YamlValue& value, RequestPlan& plan) {
  const auto* line = yaml_.scalar(value, "request", "a method and a path, such as GET /api/clients");
  if (!line) return;
  const auto blank = line->find(' ');
  plan.method = line->substr(0, blank);
  const auto methods = std::span{detail::kMethods}.first(detail::kOtherMethod);
  if (std::ranges::find(methods, plan.method) == methods.end() || plan.method == "CONNECT") {
    yaml_.add(value, fmt::format("{} is no method{}; a request begins with one, such as GET /api/clients",
                                 in_single_quotes(plan.method), detail::did_you_mean(plan.method, methods)));
  }
  const auto target = blank == line->npos ? std::string_view{} : std::string_view{*line}.substr(blank + 1);
  if (!target.starts_with('/') || !std::ranges::all_of(target, is_of_path)) {
    yaml_.add(value, fmt::format("{} is no path; it begins with /, and has no blanks, control characters and letters "
                                 "beyond ASCII: percent-encode them",
                                 in_single_quotes(target)));
    return;
  }
  plan.target = text(value, target, Escape::Path);
  plan.route = is_literal(value) ? std::string{target.substr(0, target.find('?'))} : route_of(target);
}

void RequestReader::route(const YamlValue& value, RequestPlan& plan) {
  const auto* name = yaml_.scalar(value, "route", "what the report calls the request, such as /api/clients/{id}");
  if (!name) return;
  must_have_no_control(value, *name, "'route'");
  if (name->size() > kMostRoute)
    yaml_.add(value, fmt::format("'route' has more than {} bytes; shorten it", kMostRoute));
  plan.route = *name;
}

void RequestReader::weight(const YamlValue& value, RequestPlan& plan) {
  const auto* number = yaml_.scalar(value, "weight", "a number such as 10");
  if (!number) return;
  try {
    const auto quantity = parse_quantity(*number);
    plan.weight = quantity.unit == Unit::Number ? quantity.value : 0;
  } catch (const detail::QuantityError&) {
    plan.weight = 0;
  }
  if (!(plan.weight > 0 && plan.weight <= 1e6))
    yaml_.add(value, fmt::format("{} is none; 'weight' takes a number above 0, such as 10: a request of weight 10 is "
                                 "sent twice as often as one of 5",
                                 in_single_quotes(*number)));
}

std::vector<RequestReader::Header> RequestReader::headers(const YamlValue& map, bool common) {
  std::vector<Header> result;
  for (const auto& [key, value] : yaml_.pairs(map, "'headers'", "{Authorization: 'Bearer {{token}}'}")) {
    if (!is_header_name(*key)) continue;
    const auto* given = yaml_.scalar(*value, key->scalar, "the header's value");
    if (!given) continue;
    must_have_no_control(*value, *given, fmt::format("the header {}", in_single_quotes(key->scalar)));
    result.push_back({key->scalar, text(*value, *given, Escape::None, common)});
    for (const auto& piece : result.back().value.pieces) {
      if (!piece.variable) continue;
      const auto& variable = variables_[*piece.variable];
      for (const auto& choice : variable.choices)
        must_have_no_control(*value, choice, fmt::format("the variable {}", in_single_quotes(variable.name)));
    }
  }
  return result;
}

bool RequestReader::is_header_name(const YamlValue& key) {
  if (!is_token(key.scalar)) {
    yaml_.add(key, fmt::format("{} is no name of a header; write it with letters, digits and -",
                               in_single_quotes(key.scalar)));
    return false;
  }
  const bool is_own = std::ranges::find(kOwnHeaders, detail::lower_case(key.scalar)) != kOwnHeaders.end();
  if (is_own) yaml_.add(key, fmt::format("vitals load sends {} itself; leave it out", in_single_quotes(key.scalar)));
  return !is_own;
}

void RequestReader::must_have_no_control(const YamlValue& at, std::string_view text, std::string_view what) {
  if (std::ranges::any_of(text, is_control))
    yaml_.add(at, fmt::format("{} has a control character, such as the end of a line; remove it", what));
}

// Those of the request go before those of all, and both before those that a body needs.
void RequestReader::add_headers(const ScenarioYaml::Entries& keys, RequestPlan& plan) {
  std::vector<Header> all;
  if (const auto found = keys.find("headers"); found != keys.end()) all = headers(*found->second, false);
  const auto is_there = [&all](std::string_view name) {
    return std::ranges::any_of(
        all, [&](const Header& header) { return detail::lower_case(header.name) == detail::lower_case(name); });
  };
  for (const auto& header : common_)
    if (!is_there(header.name) && is_known(header.value)) all.push_back(header);
  const auto add = [&](const char* name, std::string_view value) {
    if (is_there(name)) return;
    all.push_back({name, {}});
    all.back().value.add(value);
  };
  if (keys.contains("json")) add("Content-Type", "application/json");
  if (keys.contains("form")) add("Content-Type", "application/x-www-form-urlencoded");
  if (keys.contains("body")) add("Content-Type", "text/plain; charset=utf-8");
  add("User-Agent", "vitals-load");
  add("Accept", "*/*");
  for (const auto& [name, value] : all) {
    plan.headers.add(name + ": ");
    plan.headers.add(value);
    plan.headers.add("\r\n");
  }
}

void RequestReader::body(const ScenarioYaml::Entries& keys, RequestPlan& plan) {
  int bodies = 0;
  for (const auto* key : {"json", "form", "body"}) {
    const auto found = keys.find(key);
    if (found == keys.end()) continue;
    if (++bodies == 2)
      yaml_.add(*found->second, "a request has one body; leave all of 'json', 'form' and 'body' out but one");
    plan.has_body = true;
    if (found->first == "json") json(*found->second, plan.body);
    if (found->first == "form") form(*found->second, plan.body);
    if (found->first != "body") continue;
    if (const auto* given = yaml_.scalar(*found->second, "body", "a text")) {
      plan.body.add(text(*found->second, *given, Escape::None));
    }
  }
}

void RequestReader::json(const YamlValue& value, TextTemplate& into) {
  if (value.kind == YamlValue::Kind::Scalar) return json_scalar(value, into);
  if (value.kind == YamlValue::Kind::Null) return into.add("null");
  const bool is_map = value.kind == YamlValue::Kind::Map;
  into.add(is_map ? "{" : "[");
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const bool is_key = is_map && i % 2 == 0;
    if (i > 0) into.add(is_map && !is_key ? ":" : ",");
    if (!is_key) {
      json(value.items[i], into);
    } else if (value.items[i].kind == YamlValue::Kind::Scalar) {
      std::string key;
      detail::append_json_text(key, value.items[i].scalar);
      into.add(key);
    } else {
      yaml_.add(value.items[i], "a key of JSON must be a text; quote it if it is one");
    }
  }
  into.add(is_map ? "}" : "]");
}

void RequestReader::json_scalar(const YamlValue& value, TextTemplate& into) {
  const auto& scalar = value.scalar;
  if (!value.quoted && (scalar == "true" || scalar == "false" || is_json_number(scalar))) return into.add(scalar);
  const auto given = text(value, scalar, Escape::Json);
  const bool is_one_variable = given.pieces.size() == 1 && given.pieces[0].text.empty() && given.pieces[0].variable;
  if (is_one_variable) {
    const auto variable = *given.pieces[0].variable;
    return into.add(variable, variables_[variable].is_number() ? Escape::None : Escape::JsonString);
  }
  into.add("\"");
  for (const auto& piece : given.pieces) {
    std::string fixed;
    detail::append_json_text(fixed, piece.text);
    into.add(std::string_view{fixed}.substr(1, fixed.size() - 2));
    if (piece.variable) into.add(*piece.variable, piece.escape);
  }
  into.add("\"");
}

void RequestReader::form(const YamlValue& map, TextTemplate& into) {
  bool is_first = true;
  for (const auto& [key, value] : yaml_.pairs(map, "'form'", "{username: ann}")) {
    const auto* given = yaml_.scalar(*value, key->scalar, "a text");
    if (!given) continue;
    std::string fixed;
    append_percent_encoded(fixed, key->scalar);
    into.add((is_first ? "" : "&") + fixed + "=");
    is_first = false;
    for (const auto& piece : text(*value, *given, Escape::Path).pieces) {
      fixed.clear();
      append_percent_encoded(fixed, piece.text);
      into.add(fixed);
      if (piece.variable) into.add(*piece.variable, piece.escape);
    }
  }
}

void RequestReader::extractions(const YamlValue& map, RequestPlan& plan) {
  for (const auto& [key, value] : yaml_.pairs(map, "'extract'", "{token: access_token}")) {
    const auto* given = yaml_.scalar(*value, key->scalar, "the path of a value in the JSON of the answer");
    auto path = given ? expectations_.path(*value, *given) : std::nullopt;
    const auto variable = names_.find(key->scalar);
    if (!path || !variable || variables_[*variable].source != LoadVariable::Source::Answer) continue;
    plan.extractions.push_back({*variable, std::move(*path)});
    extracted_.insert(*variable);
  }
}

TextTemplate RequestReader::text(const YamlValue& at, std::string_view text, Escape escape, bool may_be_unknown) {
  TextTemplate result;
  if (is_literal(at)) {
    result.add(text);
    return result;
  }
  for (auto open = text.find("{{"); open != text.npos; open = text.find("{{")) {
    result.add(text.substr(0, open));
    const auto close = text.find("}}", open);
    if (close == text.npos) {
      yaml_.add(at, fmt::format("{} has no }}}} behind {{{{; write a variable as {{{{name}}}}",
                                in_single_quotes(text.substr(open))));
      return result;
    }
    auto name = text.substr(open + 2, close - open - 2);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    text.remove_prefix(close + 2);
    const auto variable = names_.find(name);
    if (!variable) {
      std::vector<std::string> known;
      for (const auto& one : variables_) known.push_back(one.name);
      yaml_.add(at, fmt::format("there is no variable {}{}; declare it under 'variables', or extract it in the setup",
                                in_single_quotes(name), detail::did_you_mean(name, known)));
      continue;
    }
    const bool is_missing =
        variables_[*variable].source == LoadVariable::Source::Answer && !extracted_.contains(*variable);
    if (is_missing && !may_be_unknown)
      yaml_.add(at,
                fmt::format("{} is not known yet; a request before this one must extract it", in_single_quotes(name)));
    result.add(*variable, escape);
  }
  result.add(text);
  return result;
}

bool RequestReader::is_known(const TextTemplate& text) const {
  return std::ranges::all_of(text.pieces, [this](const TextTemplate::Piece& piece) {
    return !piece.variable || variables_[*piece.variable].source != LoadVariable::Source::Answer ||
           extracted_.contains(*piece.variable);
  });
}

void RequestReader::note_drawn(RequestPlan& plan) const {
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    if (variables_[i].is_drawn() && (plan.target.has(i) || plan.headers.has(i) || plan.body.has(i)))
      plan.drawn.push_back(i);
  }
}

}  // namespace vitals::tool
