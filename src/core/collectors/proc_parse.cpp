#include "core/collectors/proc_parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

namespace vitals::detail {

namespace {

constexpr std::string_view kBlanks = " \t";

// Takes what comes before the first `separator`, or all, out of the text.
std::string_view take(std::string_view& text, char separator) noexcept {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

bool lists(std::string_view comma_separated, std::string_view word) noexcept {
  while (!comma_separated.empty()) {
    if (take(comma_separated, ',') == word) return true;
  }
  return false;
}

// In /proc/<pid>/mountinfo blanks and backslashes are written as \ and three octal digits.
std::string unescaped(std::string_view text) {
  std::string plain;
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  while (!text.empty()) {
    if (text[0] == '\\' && text.size() >= 4 && std::all_of(text.begin() + 1, text.begin() + 4, octal)) {
      plain += static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
      text.remove_prefix(4);
    } else {
      plain += text[0];
      text.remove_prefix(1);
    }
  }
  return plain;
}

void take_mount(std::string_view line, CgroupMounts& mounts) {
  const auto dash = line.find(" - ");
  if (dash == std::string_view::npos) return;
  auto rest = line.substr(dash + 3);
  const auto type = take(rest, ' ');
  if (type != "cgroup" && type != "cgroup2") return;
  take(rest, ' ');
  const auto options = rest;

  auto fields = line.substr(0, dash);
  for (int skipped = 0; skipped < 3; ++skipped) take(fields, ' ');
  const auto root = take(fields, ' ');
  CgroupMount mount{.folder = unescaped(take(fields, ' ')), .root = unescaped(root)};
  if (mount.folder.empty() || mount.root.empty()) return;
  // A later mount on the usual folder hides an earlier one; mounts elsewhere are a last resort.
  const auto keep = [&mount](std::optional<CgroupMount>& kept) {
    if (!kept || mount.folder.starts_with("/sys/fs/cgroup")) kept = mount;
  };
  if (type == "cgroup2") {
    keep(mounts.unified);
  } else {
    if (lists(options, "memory")) keep(mounts.memory);
    if (lists(options, "cpu")) keep(mounts.cpu);
  }
}

}  // namespace

Number parse_number(std::string_view text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  const bool whole = end == text.data() + text.size() || *end == ' ' || *end == '\t' || *end == '\n';
  return whole ? Number{value} : std::nullopt;
}

void take_line(std::string_view line, std::span<KeyedNumber> wanted) noexcept {
  const auto end = line.find_first_of(": \t");
  if (end == std::string_view::npos) return;
  const auto found = std::find_if(wanted.begin(), wanted.end(),
                                  [key = line.substr(0, end)](const KeyedNumber& one) { return one.key == key; });
  if (found == wanted.end() || found->value) return;
  found->value = parse_number(line.substr(end + 1));
  if (found->value && line.ends_with(" kB")) *found->value *= 1024;
}

Number parse_start_ticks(std::string_view stat) noexcept {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  auto fields = stat.substr(name_end + 1);
  constexpr int kBefore = 20;  // an empty one before the first blank, then fields 3 to 21 of proc(5)
  for (int skipped = 0; skipped < kBefore; ++skipped) take(fields, ' ');
  return parse_number(fields);
}

std::optional<double> parse_cpu_max(std::string_view text) noexcept {
  const auto quota = parse_number(take(text, ' '));
  const auto period = parse_number(text);
  if (!quota || !period || *period == 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

Pressure parse_pressure(std::string_view text) noexcept {
  Pressure pressure;
  while (!text.empty()) {
    const auto line = take(text, '\n');
    constexpr std::string_view kTotal = " total=";
    const auto total = line.find(kTotal);
    if (total == std::string_view::npos) continue;
    const auto microseconds = parse_number(line.substr(total + kTotal.size()));
    if (line.starts_with("some ")) pressure.some = microseconds;
    if (line.starts_with("full ")) pressure.full = microseconds;
  }
  return pressure;
}

std::optional<std::string_view> parse_cgroup_path(std::string_view cgroup, std::string_view controller) noexcept {
  while (!cgroup.empty()) {
    auto path = take(cgroup, '\n');  // which may hold colons of its own
    const auto hierarchy = take(path, ':');
    const auto controllers = take(path, ':');
    const bool found = controller.empty() ? hierarchy == "0" && controllers.empty() : lists(controllers, controller);
    if (found && path.starts_with('/')) return path;
  }
  return std::nullopt;
}

CgroupMounts parse_cgroup_mounts(std::string_view mountinfo) {
  CgroupMounts mounts;
  while (!mountinfo.empty()) take_mount(take(mountinfo, '\n'), mounts);
  return mounts;
}

std::optional<std::string> folder_of(const CgroupMount& mount, std::string_view path) {
  if (mount.root != "/") {
    if (!path.starts_with(mount.root)) return std::nullopt;
    path.remove_prefix(mount.root.size());
    if (!path.empty() && path.front() != '/') return std::nullopt;
  }
  // Outside of the cgroup namespace's root, as "/../other": the mount doesn't show it, or shows it somewhere else.
  if (path == "/.." || path.starts_with("/../")) return std::nullopt;
  return mount.folder + std::string{path == "/" ? "" : path};
}

}  // namespace vitals::detail
