#include "http/access/access_control.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "core/text/printable.hpp"
#include "http/access/secret_file.hpp"
#include "http/access/tls_files.hpp"
#include "http/access/users.hpp"

namespace vitals::detail {

namespace {

// As other mistakes in the options are told. A line of a log has the endpoint's name before it already.
[[noreturn]] void refuse_options(const std::string& mistakes) {
  const bool are_several = mistakes.find('\n') != mistakes.npos;
  throw std::invalid_argument("vitals::EndpointOptions:" + std::string{are_several ? "\n" : " "} + mistakes);
}

// Of TLS's files, if its options are set.
std::optional<TlsSettings> tls_settings_of(const AccessOptions& options) {
  const bool has_pair = !options.tls_certificate.empty() && !options.tls_key.empty();
  const bool has_any = !options.tls_certificate.empty() || !options.tls_key.empty() || !options.tls_client_ca.empty() ||
                       !options.tls_allowed_names.empty();
  if (!has_any) return std::nullopt;
  if (!options.web_config_file.empty())
    throw std::invalid_argument(
        "tls and web_config_file are both given; set tls_server_config in the file, or "
        "tls.certificate and tls.key alone");
  if (!has_pair)
    throw std::invalid_argument(std::string{"tls has no "} + (options.tls_certificate.empty() ? "certificate" : "key") +
                                "; TLS needs both tls.certificate and tls.key");
  if (!options.tls_allowed_names.empty() && options.tls_client_ca.empty())
    throw std::invalid_argument(
        "tls.allowed_names without tls.client_ca, which says whose certificates are "
        "believed; give the CA's file");
  for (const auto& name : options.tls_allowed_names)
    if (name.empty()) throw std::invalid_argument("a name in tls.allowed_names is empty; write it, or remove it");
  TlsSettings settings;
  settings.certificate.path = options.tls_certificate;
  settings.key.path = options.tls_key;
  settings.client_ca.path = options.tls_client_ca;
  settings.allowed_names = options.tls_allowed_names;
  if (!options.tls_client_ca.empty()) settings.client_auth = ClientAuth::RequireAndVerify;
  return settings;
}

}  // namespace

// What the options' files say at one time.
struct AccessControl::Parts {
  std::optional<TlsSettings> tls;
  Authenticator::Settings logins;
  std::shared_ptr<const Headers> headers;
  std::optional<RequestRate> rate_limit;
  bool has_empty_config = false;

  explicit Parts(const AccessOptions& options) : tls(tls_settings_of(options)) {
    WebConfig config;
    if (!options.web_config_file.empty()) config = read_web_config(options.web_config_file);
    has_empty_config = config.is_empty();
    if (config.tls) tls = std::move(config.tls);
    logins.users = std::move(config.users);
    if (!options.users_file.empty()) {
      if (!logins.users.empty())
        throw std::invalid_argument(printable(options.web_config_file, 4096) +
                                    ": has basic_auth_users, and there is a users_file as well; keep one of them");
      logins.users = read_users_file(options.users_file);
    }
    if (!options.bearer_token_file.empty()) logins.bearer_token = read_bearer_token_file(options.bearer_token_file);
    headers = std::make_shared<const Headers>(std::move(config.headers));
    rate_limit = config.rate_limit;
  }
};

AccessControl::AccessControl(const AccessOptions& options)
    : options_(options),
      networks_(options.allowed_networks),
      files_({options.web_config_file, options.users_file, options.bearer_token_file}) {
  try {
    begin(Parts(options_));
  } catch (const std::invalid_argument& error) {
    refuse_options(error.what());
  }
}

void AccessControl::begin(Parts parts) {
  if (parts.tls) {
    tls_settings_ = *parts.tls;
    tls_ = std::make_shared<TlsContext>(*parts.tls);
  }
  authenticator_.replace(std::move(parts.logins));
  headers_ = std::move(parts.headers);
  rate_limiter_.replace(parts.rate_limit);
  has_empty_config_ = parts.has_empty_config;
  is_unprotected_ = !options_.web_config_file.empty() && !tls_ && !authenticator_.is_required();
}

std::vector<AccessControl::Message> AccessControl::poll() {
  std::vector<Message> messages;
  const bool was_up_to_date = is_up_to_date();
  poll_files(messages);
  std::string why_not;
  if (tls_ && tls_->reload_if_changed(why_not))
    messages.push_back({Message::Kind::Taken, "the certificate was read anew"});
  if (!why_not.empty()) messages.push_back({Message::Kind::KeptOut, why_not + " (the certificate of before stays)"});
  is_up_to_date_.store(!must_retry_ && (!tls_ || tls_->is_up_to_date()), std::memory_order_relaxed);
  if (!was_up_to_date && is_up_to_date() && messages.empty())
    messages.push_back({Message::Kind::Taken, "the files are again as they were when they were read"});
  if (std::exchange(is_unprotected_, false))
    messages.push_back(
        {Message::Kind::Unprotected,
         printable(options_.web_config_file, 4096) +
             ": has neither tls_server_config nor basic_auth_users, so that all who can connect may ask, "
             "in plain HTTP; add them, or leave web_config_file out"});
  if (!tls_) return messages;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (auto notice = expiry_.look(shown_source(tls_settings_.certificate), tls_->expires_at(), now); !notice.empty())
    messages.push_back({Message::Kind::CertificateEnds, std::move(notice)});
  return messages;
}

void AccessControl::poll_files(std::vector<Message>& messages) {
  const auto look = files_.look();
  if (look == WatchedFiles::Look::Changing || (look == WatchedFiles::Look::Same && !must_retry_)) return;
  const bool had_to_retry = std::exchange(must_retry_, true);
  std::string fault;
  try {
    Parts parts(options_);
    if (!files_.have_changed()) {
      if (take(std::move(parts))) messages.push_back({Message::Kind::Taken, "who may ask was read anew"});
      must_retry_ = false;
    }
  } catch (const std::invalid_argument& error) {
    fault = error.what();
  }
  if (files_.have_changed()) {
    must_retry_ = had_to_retry;  // what was read says nothing
    return;
  }
  if (!fault.empty() && fault != told_)
    messages.push_back({Message::Kind::KeptOut, fault + " (what was before stays)"});
  told_ = std::move(fault);
}

// Files that are being written say less than they will, and an operator who opens an endpoint can start it anew.
void AccessControl::check_that_none_is_let_in(const Parts& parts) const {
  const auto refuse = [this](const std::string& what) {
    throw std::invalid_argument(printable(options_.web_config_file, 4096) + ": " + what +
                                ", which lets in clients that were kept out; restart the service for that");
  };
  if (authenticator_.is_required() && parts.logins.users.empty() && parts.logins.bearer_token.empty())
    refuse("no user is left");
  if (!parts.tls) return;
  if (tls_settings_.client_auth == ClientAuth::RequireAndVerify &&
      parts.tls->client_auth != ClientAuth::RequireAndVerify)
    refuse("client certificates are no longer required");
  if (!tls_settings_.allowed_names.empty() && parts.tls->allowed_names.empty()) refuse("client_allowed_sans is gone");
}

// All of it or nothing. Whether anything differs from what was before.
bool AccessControl::take(Parts parts) {
  if (parts.tls.has_value() != (tls_ != nullptr))
    throw std::invalid_argument(printable(options_.web_config_file, 4096) + ": TLS can't be turned " +
                                (tls_ ? "off" : "on") + " while the endpoint runs; restart the service for it");
  check_that_none_is_let_in(parts);
  if (parts.has_empty_config && !has_empty_config_)
    throw std::invalid_argument(printable(options_.web_config_file, 4096) +
                                ": says nothing any more; write it anew, or restart the service without its headers "
                                "and its rate_limit");
  has_empty_config_ = parts.has_empty_config;
  bool differs = false;
  if (parts.tls && *parts.tls != tls_settings_) {
    auto made = std::make_shared<TlsContext>(*parts.tls);
    tls_settings_ = *parts.tls;
    const std::lock_guard lock(mutex_);
    tls_.swap(made);
    differs = true;
  }
  differs = authenticator_.replace(std::move(parts.logins)) || differs;
  differs = rate_limiter_.replace(parts.rate_limit) || differs;
  const std::lock_guard lock(mutex_);
  differs = differs || *headers_ != *parts.headers;
  headers_.swap(parts.headers);
  return differs;
}

std::shared_ptr<ssl_ctx_st> AccessControl::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_ ? tls_->current() : nullptr;
}

std::optional<std::chrono::sys_seconds> AccessControl::certificate_expires_at() const {
  const std::lock_guard lock(mutex_);
  if (!tls_) return std::nullopt;
  return tls_->expires_at();
}

std::shared_ptr<const AccessControl::Headers> AccessControl::headers() const {
  const std::lock_guard lock(mutex_);
  return headers_;
}

}  // namespace vitals::detail
