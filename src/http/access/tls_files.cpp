#include "http/access/tls_files.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <new>
#include <stdexcept>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "core/text/printable.hpp"
#include "http/access/small_file.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxPem = std::size_t{1} << 20;
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

// What stands between a line BEGIN and its line END, with both.
struct PemBlock {
  std::string_view label;  // CERTIFICATE
  std::string_view text;
  std::size_t line;
};

[[noreturn]] void refuse_pem(const std::string& place, const std::string& rule_and_fix) {
  throw std::invalid_argument(place + ": " + rule_and_fix);
}

// Of a file, its line; of what is written in web.yml, where that begins there.
std::string place_of(const PemSource& source, std::size_t line) {
  return source.path.empty() ? shown_source(source) : shown_source(source) + ':' + std::to_string(line);
}

std::vector<PemBlock> blocks_of(std::string_view text, const PemSource& source) {
  std::vector<PemBlock> blocks;
  std::size_t line = 1;
  for (std::size_t counted = 0, begin = 0; (begin = text.find(kBegin, begin)) != text.npos;) {
    line += static_cast<std::size_t>(std::ranges::count(text.substr(counted, begin - counted), '\n'));
    counted = begin;
    const auto label_at = begin + kBegin.size();
    const auto label = text.substr(label_at, std::min(text.find(kDashes, label_at), text.size()) - label_at);
    const auto end_line = "-----END " + std::string{label} + "-----";
    const auto end = text.find(end_line, label_at);
    if (end == text.npos)
      refuse_pem(place_of(source, line), "what begins here has no line " + printable(end_line) +
                                             ", so that the file is cut off; write it anew, whole");
    blocks.push_back({label, text.substr(begin, end + end_line.size() - begin), line});
    begin = end + end_line.size();
  }
  return blocks;
}

Bio bio_of(std::string_view text) {
  Bio bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  if (!bio) throw std::bad_alloc();
  return bio;
}

// Why a text without a block of this kind has none.
std::string why_none(std::string_view text, const std::vector<PemBlock>& blocks, std::string_view wanted,
                     std::string_view openssl) {
  const auto none = "has no " + std::string{wanted} + " in PEM";
  if (text.find_first_not_of(" \t\r\n") == text.npos) return "is empty; write the " + std::string{wanted} + " into it";
  if (!blocks.empty())
    return none + ", but a " + printable(blocks.front().label) + "; are two files taken for each other?";
  if (text.front() == '0' && text.find('\0') != text.npos)
    return none + ", but looks like DER; convert it with: openssl " + std::string{openssl} +
           " -inform DER -in FILE -out FILE.pem";
  return none + ", which begins with -----BEGIN " + (wanted == "private key" ? "PRIVATE KEY" : "CERTIFICATE") +
         "-----; give a file that has one";
}

bool is_certificate(const PemBlock& block) {
  return block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE" || block.label == "TRUSTED CERTIFICATE";
}

// For PEM_read_bio_…: without it OpenSSL asks on the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*is_writing*/, void* /*data*/) { return -1; }

}  // namespace

std::string shown_source(const PemSource& source) {
  const bool has_both = !source.where.empty() && !source.path.empty();
  return printable(source.where + (has_both ? ": " : "") + source.path, 4096);
}

std::string pem_text(const PemSource& source, const std::string& what) {
  if (source.path.empty()) return source.text;
  try {
    return small_file(source.path, kMaxPem, "a " + what + " in PEM");
  } catch (const std::invalid_argument& error) {
    if (source.where.empty()) throw;
    throw std::invalid_argument(printable(source.where, 4096) + ": " + error.what());
  }
}

std::vector<Certificate> pem_certificates(const std::string& text, const PemSource& source, const std::string& what) {
  const auto blocks = blocks_of(text, source);
  std::vector<Certificate> certificates;
  for (const auto& block : blocks) {
    if (!is_certificate(block)) continue;
    Certificate certificate{
        std::unique_ptr<X509, FreeX509>(PEM_read_bio_X509_AUX(bio_of(block.text).get(), nullptr, no_password, nullptr)),
        place_of(source, block.line)};
    if (!certificate.x509)
      refuse_pem(certificate.place, "the " + what + " that begins here is damaged; write it anew, whole");
    certificates.push_back(std::move(certificate));
  }
  if (certificates.empty()) refuse_pem(shown_source(source), why_none(text, blocks, what, "x509"));
  return certificates;
}

PrivateKey pem_private_key(const std::string& text, const PemSource& source) {
  const auto blocks = blocks_of(text, source);
  const auto block = std::ranges::find_if(blocks, [](const PemBlock& b) { return b.label.ends_with("PRIVATE KEY"); });
  if (block == blocks.end()) refuse_pem(shown_source(source), why_none(text, blocks, "private key", "pkey"));
  const auto place = place_of(source, block->line);
  if (block->label == "ENCRYPTED PRIVATE KEY" || block->text.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos)
    refuse_pem(place,
               "the key needs a password, and there is nobody to ask; write it without one: openssl pkey -in FILE "
               "-out FILE.pem, readable by the service alone");
  if (block->label == "OPENSSH PRIVATE KEY")
    refuse_pem(place,
               "this is a key of ssh; make one for TLS, such as with: openssl genpkey -algorithm EC -pkeyopt "
               "ec_paramgen_curve:P-256 -out FILE.pem");
  PrivateKey key{PEM_read_bio_PrivateKey(bio_of(block->text).get(), nullptr, no_password, nullptr)};
  if (!key) refuse_pem(place, "the private key that begins here is damaged; write it anew, whole");
  return key;
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::sys_seconds{std::chrono::seconds{timegm(&parts)}};
}

std::string shown_time(std::chrono::sys_seconds time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

void check_time(const Certificate& certificate, std::chrono::sys_seconds now) {
  const auto begin = time_of(X509_get0_notBefore(certificate.x509.get()));
  const auto end = time_of(X509_get0_notAfter(certificate.x509.get()));
  if (end < now) refuse_pem(certificate.place, "the certificate ended at " + shown_time(end) + "; renew it");
  if (begin > now)
    refuse_pem(certificate.place, "the certificate begins at " + shown_time(begin) + ", and now it is " +
                                      shown_time(now) + "; wait, or set the clock of this machine or of its issuer");
}

}  // namespace vitals::detail
