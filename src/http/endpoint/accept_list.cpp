#include "http/endpoint/accept_list.hpp"

#include <algorithm>

namespace vitals::detail {
namespace {

std::string_view trim(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Cuts the part before the next separator that stands outside quotes off the front of text.
std::string_view next_part(std::string_view& text, char separator) noexcept {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == separator) {
      break;
    }
  }
  const auto part = text.substr(0, i);
  text.remove_prefix(std::min(text.size(), i + 1));
  return trim(part);
}

// RFC 9110 12.4.2; numbers above 1 count as 1. A q that is no number counts as 0, which excludes its clause.
int parse_q(std::string_view text) noexcept {
  const auto dot = std::min(text.find('.'), text.size());
  const auto whole = text.substr(0, dot);
  const auto fraction = text.substr(std::min(text.size(), dot + 1));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (whole.empty() || !std::ranges::all_of(whole, is_digit) || !std::ranges::all_of(fraction, is_digit)) return 0;
  if (whole.find_first_not_of('0') != std::string_view::npos) return 1000;
  int q = 0;
  for (std::size_t i = 0; i < 3; ++i) q = q * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  return q;
}

std::string_view find_parameter(std::string_view parameters, std::string_view name, bool& found) noexcept {
  found = false;
  while (!parameters.empty()) {
    auto value = next_part(parameters, ';');
    const auto key = next_part(value, '=');
    if (!equals_ignoring_case(key, name)) continue;
    found = true;
    value = trim(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view AcceptClause::parameter(std::string_view name) const noexcept {
  bool found = false;
  return find_parameter(parameters, name, found);
}

AcceptList::AcceptList(std::string_view header) noexcept {
  header = header.substr(0, kMaxBytes);
  while (!header.empty() && size_ < kMaxClauses) add(next_part(header, ','));
  // Insertion sort: stable, and unlike std::stable_sort it asks for no memory.
  for (std::size_t i = 1; i < size_; ++i) {
    for (std::size_t j = i; j > 0 && clauses_[j - 1].q < clauses_[j].q; --j) std::swap(clauses_[j - 1], clauses_[j]);
  }
}

void AcceptList::add(std::string_view clause) noexcept {
  AcceptClause& added = clauses_[size_];
  added.value = next_part(clause, ';');
  if (added.value.empty()) return;
  added.parameters = clause;
  bool has_q = false;
  const auto q = find_parameter(clause, "q", has_q);
  added.q = has_q ? parse_q(q) : 1000;
  ++size_;
}

int AcceptList::q_of(std::string_view value) const noexcept {
  const auto wanted = [value](const AcceptClause& v) { return equals_ignoring_case(v.value, value); };
  const auto found = std::ranges::find_if(clauses(), wanted);
  return found == clauses().end() ? -1 : found->q;
}

}  // namespace vitals::detail
