// Media types are read as Prometheus reads them, with Go's mime.ParseMediaType: by RFC 9110, 8.3.1, but with blanks
// around "=" and an empty parameter at the end.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/lint.hpp>

#include "core/text/ascii.hpp"

namespace vitals {

namespace {

using detail::lower_case;

constexpr std::string_view kBlanks = " \t\n\v\f\r";

void trim_front(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size())); }

bool take(std::string_view& text, char c) {
  trim_front(text);
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Empty: there is no token.
std::string take_token(std::string_view& text) {
  trim_front(text);
  const auto in_token = [](char c) {
    return c > ' ' && c < 0x7f && std::string_view{"()<>@,;:\\\"/[]?="}.find(c) == std::string_view::npos;
  };
  const auto end = std::find_if_not(text.begin(), text.end(), in_token);
  std::string token{text.begin(), end};
  text.remove_prefix(token.size());
  return token;
}

std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return value;
    if (c == '\r' || c == '\n') return std::nullopt;
    if (c == '\\' && !text.empty()) {
      c = text.front();
      text.remove_prefix(1);
    }
    value += c;
  }
  return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& text) {
  if (take(text, '"')) return take_quoted(text);
  auto token = take_token(text);
  return token.empty() ? std::nullopt : std::optional{std::move(token)};
}

using Parameters = std::map<std::string, std::string, std::less<>>;

// Of what follows the type; empty: it is malformed.
std::optional<Parameters> parse_parameters(std::string_view text) {
  Parameters parameters;
  for (trim_front(text); !text.empty(); trim_front(text)) {
    if (!take(text, ';')) return std::nullopt;
    trim_front(text);
    if (text.empty()) break;
    const auto name = lower_case(take_token(text));
    if (name.empty() || !take(text, '=')) return std::nullopt;
    const auto value = take_value(text);
    if (!value || parameters.emplace(name, *value).first->second != *value) return std::nullopt;
  }
  return parameters;
}

}  // namespace

std::optional<LintFormat> lint_format_of(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  const auto parameters = parse_parameters(content_type.substr(type.size()));
  if (!parameters) return std::nullopt;
  trim_front(type);
  const auto name = lower_case(type.substr(0, type.find_last_not_of(kBlanks) + 1));
  if (name == "application/openmetrics-text") return LintFormat::OpenMetrics;
  if (name == "application/vnd.google.protobuf") return LintFormat::Protobuf;
  if (name != "text/plain") return std::nullopt;
  const auto has = [&](std::string_view parameter, std::string_view value) {
    const auto found = parameters->find(parameter);
    return found != parameters->end() && lower_case(found->second) == value;
  };
  return has("version", "1.0.0") || has("escaping", "allow-utf-8") ? LintFormat::Text1 : LintFormat::Text;
}

}  // namespace vitals
