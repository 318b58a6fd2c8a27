#include "http/endpoint/page_files.hpp"

#include <algorithm>

#include "http/endpoint/gzip.hpp"

namespace vitals::detail {
namespace {

// Nothing but the page's own scripts, styles and data.
#define VITALS_DETAIL_PAGE_HEADERS                                                                         \
  "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " \
  "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"                  \
  "Referrer-Policy: no-referrer\r\nVary: Accept-Encoding\r\n"
constexpr std::string_view kPlainFile = VITALS_DETAIL_PAGE_HEADERS;
constexpr std::string_view kGzipFile = VITALS_DETAIL_PAGE_HEADERS "Content-Encoding: gzip\r\n";
#undef VITALS_DETAIL_PAGE_HEADERS

}  // namespace

const PageAsset* find_page_file(std::string_view path) noexcept {
  const auto assets = page_assets();
  const auto found = std::ranges::find(assets, path, &PageAsset::name);
  return found != assets.end() ? &*found : nullptr;
}

std::string_view page_file_headers(bool gzip) noexcept { return gzip ? kGzipFile : kPlainFile; }

std::string page_file_body(const PageAsset& file, bool gzip) {
  return gzip ? std::string{file.gzip} : gunzip(file.gzip, file.plain_size);
}

}  // namespace vitals::detail
