#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/load/answer_reader.hpp"
#include "tool/load/json_path.hpp"
#include "tool/load/values.hpp"

namespace vitals::tool {

/// What an answer must be. A plain value.
struct AnswerExpectation {
  struct Statuses {
    int least, most;
  };
  struct Header {
    std::string name;
    std::string part;  ///< of the value; empty: it is enough that there is the header
  };
  struct Json {
    JsonPath path;
    std::optional<std::string> value;  ///< nothing: it is enough that there is one
  };

  std::vector<Statuses> statuses{};  ///< one of these; empty: below 400
  std::vector<Header> headers{};
  std::vector<Json> json{};
  std::vector<std::string> body{};  ///< parts of it

  /// The first check that the answer fails, or nothing. Checks are counted in the order of the members, the statuses as
  /// one.
  [[nodiscard]] std::optional<std::size_t> failed_check(const AnswerReader& answer) const;
  /// A check that failed, in words: "the body has no 'ok'".
  [[nodiscard]] std::string failure_text(std::size_t check) const;
  [[nodiscard]] AnswerReader::Wanted wanted() const {
    return {.head = !headers.empty(), .body = !json.empty() || !body.empty()};
  }

 private:
  [[nodiscard]] bool has_expected_status(int status) const;
};

/// A value that later requests use, from the answer to a request of the setup.
struct Extraction {
  std::size_t variable = 0;
  JsonPath path{};
};

/// Sets the variables; gives what is wrong with the answer, or nothing.
std::string extract(const std::vector<Extraction>& extractions, const AnswerReader& answer, Values& values);

}  // namespace vitals::tool
