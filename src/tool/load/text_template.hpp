#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::tool {

class Values;

/// How the value of a variable is written where it stands.
enum class Escape {
  None,       ///< as it is: headers, plain bodies
  Path,       ///< percent-encoded but for what RFC 3986 calls unreserved
  Json,       ///< within a string of JSON
  JsonString  ///< as a string of JSON
};

/// A text with variables in it. A plain value.
struct TextTemplate {
  struct Piece {
    std::string text{};  ///< stands before the variable
    std::optional<std::size_t> variable{};
    Escape escape = Escape::None;
  };

  std::vector<Piece> pieces{};

  void add(std::string_view text);
  void add(std::size_t variable, Escape escape);
  void add(const TextTemplate& other);
  [[nodiscard]] bool has(std::size_t variable) const;
};

/// Appends the text with the values of its variables.
void append(std::string& out, const TextTemplate& text, const Values& values);
/// As Escape::Path does.
void append_percent_encoded(std::string& out, std::string_view value);

}  // namespace vitals::tool
