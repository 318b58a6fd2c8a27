#include "core/testing/line_diff.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitals::detail {

namespace {

using Lines = std::span<const std::string_view>;

constexpr std::size_t kMaxCells = 4'000'000;  // of the table below; larger differences are shown as one block
constexpr std::size_t kContext = 2;

std::string_view trim(std::string_view line) noexcept {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trim(text.substr(0, end));
    if (!line.empty()) lines.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

void append(std::string& out, const char* mark, Lines lines) {
  for (const auto line : lines) out.append(mark).append(line).append(1, '\n');
}

// By the longest common subsequence: common[i][j] is its length from line i and line j on.
void append_changes(std::string& out, Lines expected, Lines actual) {
  const std::size_t width = actual.size() + 1;
  std::vector<std::uint32_t> common((expected.size() + 1) * width);
  for (std::size_t i = expected.size(); i-- > 0;) {
    for (std::size_t j = actual.size(); j-- > 0;) {
      common[i * width + j] = expected[i] == actual[j]
                                  ? common[(i + 1) * width + j + 1] + 1
                                  : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < expected.size() && j < actual.size()) {
    if (expected[i] == actual[j]) {
      append(out, "  ", expected.subspan(i, 1));
      ++i, ++j;
    } else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) {
      append(out, "- ", expected.subspan(i++, 1));
    } else {
      append(out, "+ ", actual.subspan(j++, 1));
    }
  }
  append(out, "- ", expected.subspan(i));
  append(out, "+ ", actual.subspan(j));
}

}  // namespace

std::string line_diff(std::string_view expected_text, std::string_view actual_text) {
  const auto expected_lines = lines_of(expected_text);
  const auto actual_lines = lines_of(actual_text);
  Lines expected{expected_lines};
  Lines actual{actual_lines};
  const auto before = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end()).first;
  const auto start = static_cast<std::size_t>(before - expected.begin());
  if (start == expected.size() && start == actual.size()) return {};
  const Lines head = expected.first(start);
  expected = expected.subspan(start);
  actual = actual.subspan(start);
  const auto end = static_cast<std::size_t>(
      std::mismatch(expected.rbegin(), expected.rend(), actual.rbegin(), actual.rend()).first - expected.rbegin());
  const Lines tail = expected.last(end);
  expected = expected.first(expected.size() - end);
  actual = actual.first(actual.size() - end);

  std::string out;
  append(out, "  ", head.last(std::min(kContext, head.size())));
  if (expected.size() * actual.size() > kMaxCells) {
    append(out, "- ", expected);
    append(out, "+ ", actual);
  } else {
    append_changes(out, expected, actual);
  }
  append(out, "  ", tail.first(std::min(kContext, tail.size())));
  return out;
}

}  // namespace vitals::detail
