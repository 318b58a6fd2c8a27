#include "tool/load/values.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace vitals::tool {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_digits(std::string& out, std::uint64_t bits, std::size_t n) {
  for (; n > 0; --n, bits >>= 4) out += kHexDigits[bits & 15U];
}

void assign_number(std::string& out, std::int64_t number) {
  std::array<char, 24> digits{};
  out.assign(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void assign_id(std::string& out, std::mt19937_64& random, std::size_t digits) {
  out.clear();
  for (; digits > 16; digits -= 16) append_digits(out, random(), 16);
  append_digits(out, random(), digits);
}

void assign_uuid(std::string& out, std::mt19937_64& random) {
  assign_id(out, random, 32);
  out[12] = '4';
  out[16] = kHexDigits[8 + (random() & 3U)];
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) out.insert(dash, 1, '-');
}

void assign_date(std::string& out, std::int64_t seconds, const std::string& format) {
  const std::time_t time = seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 256> text{};
  out.assign(text.data(), std::strftime(text.data(), text.size(), format.c_str(), &parts));
}

}  // namespace

Values::Values(const std::vector<LoadVariable>& variables, std::uint64_t seed)
    : variables_(&variables), random_(seed), texts_(variables.size()) {
  for (std::size_t i = 0; i < variables.size(); ++i) {
    counters_.push_back(variables[i].least);
    if (variables[i].source == LoadVariable::Source::Fixed) texts_[i] = variables[i].choices.front();
  }
}

Values Values::of_thread(std::uint64_t seed, std::size_t number, std::size_t of) const {
  auto values = *this;
  std::seed_seq mixed{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                      static_cast<std::uint32_t>(number)};
  values.random_.seed(mixed);
  for (auto& counter : values.counters_) counter += static_cast<std::int64_t>(number);
  values.step_ = static_cast<std::int64_t>(of);
  return values;
}

void Values::draw(const std::vector<std::size_t>& variables) {
  for (const auto variable : variables) draw_one(variable);
}

void Values::draw_one(std::size_t variable) {
  const auto& from = (*variables_)[variable];
  auto& text = texts_[variable];
  const auto number = [&](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>{least, most}(random_);
  };
  switch (from.source) {
    case LoadVariable::Source::Integer:
      return assign_number(text, number(from.least, from.most));
    case LoadVariable::Source::Choice:
      text = from.choices[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(from.choices.size()) - 1))];
      return;
    case LoadVariable::Source::Date:
      return assign_date(text, number(from.least, from.most), from.format);
    case LoadVariable::Source::Id:
      return assign_id(text, random_, static_cast<std::size_t>(from.most));
    case LoadVariable::Source::Uuid:
      return assign_uuid(text, random_);
    case LoadVariable::Source::Counter:
      assign_number(text, counters_[variable]);
      counters_[variable] += step_;
      return;
    case LoadVariable::Source::Fixed:
    case LoadVariable::Source::Answer:
      return;
  }
}

}  // namespace vitals::tool
