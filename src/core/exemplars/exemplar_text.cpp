#include "core/exemplars/exemplar_text.hpp"

#include <cstring>

#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kLengths = 3;

// Calls visit(name, value) for each label of the text.
template <class Visit>
void for_each_label(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::size_t name = byte(0);
    const std::size_t value = byte(1) | std::size_t{byte(2)} << 8;
    visit(text.substr(kLengths, name), text.substr(kLengths + name, value));
    text.remove_prefix(kLengths + name + value);
  }
}

// The characters of one byte that it begins with. NUL is none: Prometheus can't read it there.
std::string_view ascii_run(std::string_view text) noexcept {
  std::size_t n = 0;
  while (n < text.size() && static_cast<unsigned char>(text[n] - 1) < 0x7F) ++n;
  return text.substr(0, n);
}

}  // namespace

ExemplarText::ExemplarText(ExemplarLabels labels) noexcept {
  for (const LabelPair& label : labels) {
    drop_ = add(label);
    if (drop_ != ExemplarDrop::None) return;
  }
}

bool ExemplarText::has(std::string_view name) const noexcept {
  bool found = false;
  for_each_label(view(), [&](std::string_view other, std::string_view) { found = found || other == name; });
  return found;
}

ExemplarDrop ExemplarText::add(const LabelPair& label) noexcept {
  if (label.name.size() > kMaxExemplarCodePoints - code_points_) return ExemplarDrop::TooLong;
  if (!valid_label_name(label.name, false) || has(label.name)) return ExemplarDrop::Invalid;
  code_points_ += label.name.size();
  char* const start = bytes_ + size_;
  char* out = start + kLengths;
  std::memcpy(out, label.name.data(), label.name.size());
  out += label.name.size();

  for (std::string_view rest = label.value; !rest.empty();) {
    const std::string_view ascii = ascii_run(rest.substr(0, kMaxExemplarCodePoints - code_points_));
    std::memcpy(out, ascii.data(), ascii.size());
    out += ascii.size();
    code_points_ += ascii.size();
    rest.remove_prefix(ascii.size());
    if (rest.empty()) break;
    if (code_points_ == kMaxExemplarCodePoints) return ExemplarDrop::TooLong;
    std::size_t bad = 1;
    const std::size_t good = rest.front() == '\0' ? 0 : utf8_length(rest, bad);
    const std::string_view point = good == 0 ? "\xEF\xBF\xBD" : rest.substr(0, good);
    std::memcpy(out, point.data(), point.size());
    out += point.size();
    ++code_points_;
    rest.remove_prefix(good == 0 ? bad : good);
  }
  const auto value = static_cast<std::size_t>(out - start) - kLengths - label.name.size();
  start[0] = static_cast<char>(label.name.size());
  start[1] = static_cast<char>(value & 0xFF);
  start[2] = static_cast<char>(value >> 8);
  size_ = static_cast<std::size_t>(out - bytes_);
  return ExemplarDrop::None;
}

void ExemplarText::read(std::string_view text, std::vector<Label>& out) {
  std::size_t n = 0;
  for_each_label(text, [&](std::string_view name, std::string_view value) {
    if (n == out.size()) out.emplace_back();
    out[n].name.assign(name);
    out[n].value.assign(value);
    ++n;
  });
  out.resize(n);
}

}  // namespace vitals::detail
