#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace vitals::detail {

/// A file of the live page. Made by cmake/embed.cmake from src/http/page/assets, and from the charts' library where the
/// build has found one.
struct PageAsset {
  std::string_view name;  // below where the page is; the page itself has none
  std::string_view content_type;
  std::string_view gzip;   // its bytes, compressed
  std::size_t plain_size;  // as it is
};

[[nodiscard]] std::span<const PageAsset> page_assets() noexcept;

}  // namespace vitals::detail
