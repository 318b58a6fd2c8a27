#pragma once

#include <string>
#include <string_view>

#include "http/page/page_assets.hpp"

namespace vitals::detail {

/// Of data that the page asks for; so is a compressed one.
inline constexpr std::string_view kJson = "application/json";

/// Whether LiveState answers to this path, which has no slash before it.
[[nodiscard]] constexpr bool is_live_data(std::string_view path) noexcept { return path == "data" || path == "metric"; }

/// A file of the live page, by the same path; the page itself has none. Null: there is none of this name.
[[nodiscard]] const PageAsset* find_page_file(std::string_view path) noexcept;

/// The headers that a file goes with, beside its type: whole lines, a constant.
[[nodiscard]] std::string_view page_file_headers(bool gzip) noexcept;
[[nodiscard]] std::string page_file_body(const PageAsset& file, bool gzip);

}  // namespace vitals::detail
