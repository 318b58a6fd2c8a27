#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/formats/text_pieces.hpp"
#include "core/text/json_text.hpp"

namespace vitals::detail {

// Values of JSON, RFC 8259. What is not finite, or not there, is null. Times are in seconds.

inline void append_json(std::string& out, bool value) { out += value ? "true" : "false"; }
inline void append_json(std::string& out, std::uint64_t value) { append_number(out, value); }
inline void append_json(std::string& out, double value) {
  std::isfinite(value) ? append_number(out, value) : void(out += "null");
}
/// REQUIRES: UTF-8.
inline void append_json(std::string& out, std::string_view value) { append_json_text(out, value); }
inline void append_json(std::string& out, std::chrono::seconds value) {
  append_number(out, static_cast<std::uint64_t>(value.count()));
}
inline void append_json(std::string& out, std::chrono::milliseconds value) { append_seconds(out, value.count(), 1000); }
template <class Value>
void append_json(std::string& out, const std::optional<Value>& value) {
  value ? append_json(out, *value) : void(out += "null");
}

/// Appends the members of an object, one after the other; the braces are its caller's.
class JsonMembers {
 public:
  explicit JsonMembers(std::string& out) : out_{out} {}

  template <class Value>
  JsonMembers& add(std::string_view name, const Value& value) {
    append_json(key(name), value);
    return *this;
  }
  /// Appends the name; the value is to follow.
  std::string& key(std::string_view name, std::string_view separator = ", ") {
    if (!std::exchange(is_first_, false)) out_ += separator;
    append_json_text(out_, name);
    return out_ += ": ";
  }

 private:
  std::string& out_;
  bool is_first_ = true;
};

/// Appends an array of objects, each with append(element) between its braces and after `separator`.
template <class List, class Append>
void append_json_objects(std::string& out, std::string_view separator, const List& list, Append append) {
  out += '[';
  bool is_first = true;
  for (const auto& element : list) {
    if (!std::exchange(is_first, false)) out += ',';
    out.append(separator).append(1, '{');
    append(element);
    out += '}';
  }
  out += ']';
}

}  // namespace vitals::detail
