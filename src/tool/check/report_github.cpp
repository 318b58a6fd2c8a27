#include <string_view>

#include <fmt/core.h>

#include "tool/check/report.hpp"
#include "tool/check/report_words.hpp"

namespace vitals::tool {
namespace {

// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts: what a command may not contain as it is,
// in its message and in its properties.
std::string escaped_for(std::string_view special, std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) {
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}
std::string message(std::string_view text) { return escaped_for("%\r\n", text); }
std::string property(std::string_view text) { return escaped_for("%\r\n:,", text); }

std::string_view level(Verdict verdict) {
  switch (verdict) {
    case Verdict::Critical:
    case Verdict::Unknown:
      return "error";
    case Verdict::Warning:
      return "warning";
    case Verdict::Ok:
    case Verdict::Skipped:
      break;
  }
  return "";
}

}  // namespace

std::string to_github(const Source& source, const Judgement& judgement) {
  std::string out;
  for (const auto& row : judgement.rows) {
    if (level(row.verdict).empty()) continue;
    out += fmt::format("::{} title={}::{}\n", level(row.verdict), property(row.target->name),
                       message(fmt::format("{}: {}", name(row.verdict), sentence(row))));
  }
  const auto verdict = worst(judgement.rows);
  return out + fmt::format("::{} title=vitals check::{}\n", level(verdict).empty() ? "notice" : level(verdict),
                           message(fmt::format("{}; {}", summary(judgement), heading(source))));
}

}  // namespace vitals::tool
