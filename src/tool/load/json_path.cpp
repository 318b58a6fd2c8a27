#include "tool/load/json_path.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <nlohmann/json.hpp>

namespace vitals::tool {
namespace {

using Json = nlohmann::json;

constexpr const char* kForm = "write it as user.roles[0].name";

// A key, up to the next '.' or '['; in double quotes up to the next one. Gives whether there is one.
bool take_key(std::string_view& rest, JsonPath& into) {
  const bool quoted = rest.starts_with('"');
  if (quoted) rest.remove_prefix(1);
  const auto end = std::min(quoted ? rest.find('"') : rest.find_first_of(".["), rest.size());
  if (end == 0 || (quoted && end == rest.size())) return false;
  into.steps.emplace_back(std::string{rest.substr(0, end)});
  rest.remove_prefix(end + (quoted ? 1 : 0));
  return true;
}

bool take_index(std::string_view& rest, JsonPath& into) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
  if (error != std::errc{} || end == rest.data() + rest.size() || *end != ']') return false;
  into.steps.emplace_back(index);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return true;
}

// Where the step leads to, or nothing.
const Json* next_at(const Json& at, const std::variant<std::string, std::size_t>& step) {
  if (const auto* key = std::get_if<std::string>(&step)) {
    const auto found = at.is_object() ? at.find(*key) : at.end();
    return found == at.end() ? nullptr : &*found;
  }
  const auto index = std::get<std::size_t>(step);
  return at.is_array() && index < at.size() ? &at[index] : nullptr;
}

std::string keys_text(const Json& object) {
  constexpr std::size_t kMostKeys = 20;
  if (object.empty()) return "no keys";
  std::string text{object.size() == 1 ? "the key " : "the keys "};
  std::size_t n = 0;
  for (const auto& [key, value] : object.items()) {
    if (n == kMostKeys) return text + ", and others";
    if (n++ > 0) text += ", ";
    text += key;
  }
  return text;
}

}  // namespace

std::string parse_json_path(std::string_view text, JsonPath& into) {
  into = {std::string{text}, {}};
  auto rest = text;
  if (!rest.starts_with('[') && !take_key(rest, into)) return std::string{"begins with no key; "} + kForm;
  while (!rest.empty()) {
    if (rest.starts_with('[')) {
      if (!take_index(rest, into)) return std::string{"has no number between [ and ]; "} + kForm;
    } else {
      const bool has_dot = rest.starts_with('.');
      rest.remove_prefix(has_dot ? 1 : 0);
      if (!has_dot || !take_key(rest, into)) return std::string{"has no key behind a dot or bracket; "} + kForm;
    }
  }
  return {};
}

struct JsonDocument::Impl {
  Json json;
};

JsonDocument::JsonDocument(std::string_view text)
    : impl_(std::make_unique<Impl>(Impl{Json::parse(text, nullptr, false)})) {}
JsonDocument::~JsonDocument() = default;

bool JsonDocument::is_json() const { return !impl_->json.is_discarded(); }

std::optional<std::string> JsonDocument::find(const JsonPath& path) const {
  const auto* at = &impl_->json;
  for (const auto& step : path.steps) {
    at = next_at(*at, step);
    if (!at) return std::nullopt;
  }
  if (at->is_string()) return at->get<std::string>();
  return at->dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string JsonDocument::what_is_there(const JsonPath& path) const {
  const auto* at = &impl_->json;
  std::string name;
  for (const auto& step : path.steps) {
    const auto* const next = next_at(*at, step);
    if (!next) break;
    at = next;
    const auto* key = std::get_if<std::string>(&step);
    if (key && !name.empty()) name += '.';
    name += key ? *key : '[' + std::to_string(std::get<std::size_t>(step)) + ']';
  }
  if (name.empty()) name = "it";
  if (at->is_object()) return name + " has " + keys_text(*at);
  if (at->is_array()) return name + " is a list of " + std::to_string(at->size());
  return name + " is " + (at->is_null() ? "null" : std::string{"a "} + at->type_name());
}

}  // namespace vitals::tool
