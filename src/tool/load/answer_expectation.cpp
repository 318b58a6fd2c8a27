#include "tool/load/answer_expectation.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

bool fulfils(const AnswerExpectation::Header& check, const AnswerReader& answer) {
  const auto value = answer.header(check.name);
  return check.part.empty() ? !value.empty() : value.find(check.part) != std::string::npos;
}

bool fulfils(const AnswerExpectation::Json& check, const JsonDocument& document) {
  const auto value = document.is_json() ? document.find(check.path) : std::nullopt;
  return value && (!check.value || *value == *check.value);
}

}  // namespace

bool AnswerExpectation::has_expected_status(int status) const {
  if (statuses.empty()) return status < 400;
  return std::ranges::any_of(statuses,
                             [status](const Statuses& some) { return some.least <= status && status <= some.most; });
}

std::optional<std::size_t> AnswerExpectation::failed_check(const AnswerReader& answer) const {
  if (!has_expected_status(answer.status())) return 0;
  std::size_t check = 0;
  for (const auto& header : headers) {
    ++check;
    if (!fulfils(header, answer)) return check;
  }
  if (!json.empty()) {
    const JsonDocument document(answer.body());
    for (const auto& value : json) {
      ++check;
      if (!fulfils(value, document)) return check;
    }
  }
  for (const auto& part : body) {
    ++check;
    if (answer.body().find(part) == std::string::npos) return check;
  }
  return std::nullopt;
}

std::string AnswerExpectation::failure_text(std::size_t check) const {
  if (check == 0) return "not an expected status";
  --check;
  if (check < headers.size()) {
    const auto& [name, part] = headers[check];
    return part.empty() ? fmt::format("no header {}", name)
                        : fmt::format("the header {} has no '{}'", name, printable(part));
  }
  check -= headers.size();
  if (check < json.size()) {
    const auto& [path, value] = json[check];
    return value ? fmt::format("{} is not '{}'", printable(path.text), printable(*value))
                 : fmt::format("the JSON has no {}", printable(path.text));
  }
  return fmt::format("the body has no '{}'", printable(body[check - json.size()]));
}

std::string extract(const std::vector<Extraction>& extractions, const AnswerReader& answer, Values& values) {
  if (extractions.empty()) return {};
  const JsonDocument document(answer.body());
  // The values of such an answer are secrets: no message shows one.
  if (!document.is_json())
    return fmt::format("its answer, of status {} and {} bytes, is no JSON", answer.status(), answer.body().size());
  for (const auto& [variable, path] : extractions) {
    auto value = document.find(path);
    if (!value)
      return fmt::format("its answer has no {}; {}", printable(path.text), printable(document.what_is_there(path)));
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
    if (std::ranges::any_of(*value, is_control))
      return fmt::format("the value of {} has a control character, which no header may have", printable(path.text));
    values.set(variable, std::move(*value));
  }
  return {};
}

}  // namespace vitals::tool
