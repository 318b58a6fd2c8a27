#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vitals::tool {

/// The way to a value within a document of JSON: user.roles[0].name, or with quotes a key of any letters: a."b.c".
struct JsonPath {
  std::string text{};
  std::vector<std::variant<std::string, std::size_t>> steps{};
};

/// Gives what is wrong with the text, or nothing.
std::string parse_json_path(std::string_view text, JsonPath& into);

/// A document that was parsed once, for several paths.
class JsonDocument {
 public:
  explicit JsonDocument(std::string_view text);
  ~JsonDocument();
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  [[nodiscard]] bool is_json() const;
  /// The value there: of a string its text, of everything else its JSON; nothing if there is none.
  [[nodiscard]] std::optional<std::string> find(const JsonPath& path) const;
  /// Of a path that leads to nothing: "user has the keys id, name". Never shows a value.
  [[nodiscard]] std::string what_is_there(const JsonPath& path) const;

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

}  // namespace vitals::tool
