#include "http/access/users.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/text/printable.hpp"
#include "core/text/utf8.hpp"
#include "http/access/bcrypt.hpp"
#include "http/access/small_file.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxUsersFile = std::size_t{1} << 20;
constexpr std::size_t kMaxUserName = 255;
constexpr std::size_t kMostMistakes = 100;

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

// Reads all lines, and collects what is wrong with them.
class UsersReader {
 public:
  explicit UsersReader(const std::string& path) : shown_(printable(path, 4096)) {}

  Users read(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) {
      add(1, "a byte order mark stands before the first name; save without it");
      text.remove_prefix(kByteOrderMark.size());
    }
    for (std::size_t number = 1; !text.empty(); ++number) {
      const auto line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      read_line(number, line);
    }
    if (n_mistakes_ > kMostMistakes) mistakes_ += "\nand " + std::to_string(n_mistakes_ - kMostMistakes) + " more";
    if (n_mistakes_ == 0 && users_.empty())
      mistakes_ = shown_ + ": has no user, so that nobody could log in; add one with: htpasswd -B FILE NAME";
    if (!mistakes_.empty()) throw std::invalid_argument(mistakes_);
    return std::move(users_);
  }

 private:
  void read_line(std::size_t number, std::string_view line) {
    if (line.ends_with('\r')) {
      if (!std::exchange(has_crlf_, true))
        add(number, "the line ends with CR LF, as Windows writes it; save the file with LF alone");
      line.remove_suffix(1);
    }
    if (line.find_first_not_of(" \t") == line.npos || line.starts_with('#')) return;
    const auto colon = line.find(':');
    if (colon == line.npos)
      return add(number, "a line is a name, a colon and a hash; write one with: htpasswd -B FILE NAME");
    const auto name = line.substr(0, colon);
    if (const auto fault = user_name_fault(name)) return add(number, *fault);
    if (const auto fault = bcrypt_fault(line.substr(colon + 1)))
      add(number, "user " + in_single_quotes(name) + ": " + *fault);
    const auto [first, is_new] = lines_.try_emplace(std::string{name}, number);
    if (!is_new)
      add(number, "user " + in_single_quotes(name) + " is in line " + std::to_string(first->second) +
                      " already; keep one of them");
    users_.emplace(name, line.substr(colon + 1));
  }

  void add(std::size_t line, const std::string& rule_and_fix) {
    if (++n_mistakes_ > kMostMistakes) return;
    mistakes_ += (mistakes_.empty() ? "" : "\n") + shown_ + ':' + std::to_string(line) + ": " + rule_and_fix;
  }

  const std::string shown_;
  Users users_;
  std::map<std::string, std::size_t, std::less<>> lines_;
  bool has_crlf_ = false;
  std::string mistakes_;  // a line for each
  std::size_t n_mistakes_ = 0;
};

}  // namespace

std::optional<std::string> user_name_fault(std::string_view name) {
  if (name.empty()) return "there is no name before the colon; write one";
  if (name.size() > kMaxUserName) return "a name has at most 255 bytes; take a shorter one";
  if (name.find(':') != name.npos) return "a login sends the name up to the first colon; take a name without one";
  if (std::ranges::any_of(name, is_control)) return "a name has no control characters; remove them";
  if (first_not_utf8(name) != name.npos)
    return "the name is not UTF-8, in which browsers send it; save the file as UTF-8";
  if (name.front() == ' ' || name.back() == ' ') return "blanks stand around the name; remove them";
  return std::nullopt;
}

Users read_users_file(const std::string& path) {
  return UsersReader(path).read(small_file(path, kMaxUsersFile, "a users file, as htpasswd -B writes it"));
}

}  // namespace vitals::detail
