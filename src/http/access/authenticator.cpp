#include "http/access/authenticator.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include "http/access/base64.hpp"
#include "http/access/quiet_errors.hpp"

namespace vitals::detail {

namespace {

using Digest = std::array<unsigned char, 32>;

constexpr std::size_t kMaxCredentials = 8192;

// A text that is overwritten when it goes.
struct Secret {
  explicit Secret(std::string text) : text(std::move(text)) {}
  ~Secret() { OPENSSL_cleanse(text.data(), text.size()); }
  Secret(Secret&& other) noexcept : text(std::move(other.text)) {}
  Secret& operator=(Secret&&) = delete;

  std::string text;
};

// What follows the name of the scheme, if the header has it: `Basic …`, with any case.
std::optional<std::string_view> credentials_of(std::string_view header, std::string_view scheme) {
  const auto blank = header.find(' ');
  if (header.size() > kMaxCredentials || blank == header.npos) return std::nullopt;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  if (!std::ranges::equal(header.substr(0, blank), scheme, {}, lower, lower)) return std::nullopt;
  const auto first = header.find_first_not_of(' ', blank);
  if (first == header.npos) return std::nullopt;
  return header.substr(first, header.find_last_not_of(' ') + 1 - first);
}

// `name:password` of a header `Basic …`.
std::optional<Secret> login_of(std::string_view header) {
  const auto encoded = credentials_of(header, "basic");
  if (!encoded) return std::nullopt;
  auto decoded = base64_decoded(*encoded);
  if (!decoded) return std::nullopt;
  Secret login{std::move(*decoded)};
  if (login.text.find(':') == login.text.npos || login.text.find('\0') != login.text.npos) return std::nullopt;
  return login;
}

std::string_view name_of(const Secret& login) { return std::string_view{login.text}.substr(0, login.text.find(':')); }

Digest random_digest() {
  Digest bytes{};
  for (std::size_t n = 0; n < bytes.size();) {
    const auto got = getrandom(bytes.data() + n, bytes.size() - n, 0);
    if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
    n += got < 0 ? 0 : static_cast<std::size_t>(got);
  }
  return bytes;
}

bool are_equal(const Digest& a, const Digest& b) { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace

struct Authenticator::State {
  explicit State(Settings given) : settings(std::move(given)), key(random_digest()) {
    for (const auto& [name, hash] : settings.users) costs.push_back(bcrypt_cost(hash));
    if (!settings.bearer_token.empty()) token = digest(settings.bearer_token);
  }

  // Keyed, so that it tells nothing of the text; nothing if OpenSSL has no memory or no SHA-256.
  [[nodiscard]] std::optional<Digest> digest(std::string_view text) const {
    const QuietErrors quiet;
    Digest result{};
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<const unsigned char*>(text.data()), text.size(), result.data(), &size))
      return std::nullopt;
    return result;
  }

  [[nodiscard]] Verdict judge_token(std::string_view given) const {
    const auto digest_of_given = digest(given);
    return token && digest_of_given && are_equal(*token, *digest_of_given) ? Verdict::Granted : Verdict::Denied;
  }

  [[nodiscard]] bool has_granted(const Secret& login) const {
    const auto given = digest(login.text);
    const std::lock_guard lock(mutex);
    const auto found = granted.find(name_of(login));
    return given && found != granted.end() && are_equal(found->second, *given);
  }

  void remember(const Secret& login) {
    const auto given = digest(login.text);
    if (!given) return;
    const std::lock_guard lock(mutex);
    granted.insert_or_assign(std::string{name_of(login)}, *given);
  }

  // Of a name that nobody has: as long as one of the users', and each time the same, as theirs is.
  [[nodiscard]] std::string fake_hash(std::string_view name) const {
    const auto mixed = digest(name).value_or(Digest{});
    const auto number = std::size_t{mixed[0]} << 16 | std::size_t{mixed[1]} << 8 | mixed[2];
    return fake_bcrypt_hash(costs[number % costs.size()]);
  }

  const Settings settings;
  const Digest key;
  std::optional<Digest> token;
  std::vector<int> costs;  // of the users
  mutable std::mutex mutex;
  // By name, the digest of the user's login that was granted last: as many as there are users.
  std::map<std::string, Digest, std::less<>> granted;
};

Authenticator::Authenticator(Settings settings) : state_(std::make_shared<State>(std::move(settings))) {}

Authenticator::~Authenticator() = default;

std::shared_ptr<Authenticator::State> Authenticator::state() const noexcept {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Authenticator::replace(Settings settings) {
  if (state()->settings == settings) return false;
  auto made = std::make_shared<State>(std::move(settings));
  const std::lock_guard lock(mutex_);
  state_.swap(made);
  return true;
}

Authenticator::Verdict Authenticator::judge(std::string_view authorization) const noexcept {
  try {
    const auto now = state();
    const auto& [users, bearer_token] = now->settings;
    if (users.empty() && bearer_token.empty()) return Verdict::Granted;
    if (!bearer_token.empty())
      if (const auto given = credentials_of(authorization, "bearer")) return now->judge_token(*given);
    if (users.empty()) return Verdict::Denied;
    const auto login = login_of(authorization);
    if (!login) return Verdict::Denied;
    return now->has_granted(*login) ? Verdict::Granted : Verdict::MustVerify;
  } catch (...) {  // no memory
    return Verdict::Denied;
  }
}

bool Authenticator::verify(std::string_view authorization) noexcept {
  try {
    const std::lock_guard lock(computing_);
    for (;;) {
      // While it waited, the same login may have been computed for another.
      const auto verdict = judge(authorization);
      if (verdict != Verdict::MustVerify) return verdict == Verdict::Granted;
      const auto now = state();
      const auto login = login_of(authorization);
      if (now->settings.users.empty()) continue;
      const auto user = now->settings.users.find(name_of(*login));
      const bool is_known = user != now->settings.users.end();
      const Secret password{login->text.substr(name_of(*login).size() + 1)};
      const bool matches = bcrypt_.matches(password.text, is_known ? user->second : now->fake_hash(name_of(*login)));
      if (now != state()) continue;  // the settings were replaced meanwhile
      if (is_known && matches) now->remember(*login);
      return is_known && matches;
    }
  } catch (...) {  // no memory
    return false;
  }
}

bool Authenticator::is_required() const noexcept {
  const auto now = state();
  return !now->settings.users.empty() || !now->settings.bearer_token.empty();
}

std::string_view Authenticator::challenge() const noexcept {
  const auto now = state();
  if (now->settings.bearer_token.empty()) return R"(Basic realm="metrics", charset="UTF-8")";
  if (now->settings.users.empty()) return R"(Bearer realm="metrics")";
  return R"(Basic realm="metrics", charset="UTF-8", Bearer realm="metrics")";
}

}  // namespace vitals::detail
