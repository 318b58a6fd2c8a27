#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace vitals::detail {

/// The Content-Encoding of a body.
enum class Encoding : std::uint8_t { Identity, Gzip, Zstd };
inline constexpr std::size_t kEncodings = 3;

/// The one that an Accept-Encoding header (RFC 9110 12.5.3) wants most. Of equals, gzip before zstd before the bare
/// body: here gzip costs less time than zstd, which saves a tenth of the bytes (bench/README.md). `*` counts for gzip,
/// which everybody reads; zstd must be named. Never refuses: a scraper that gets 406 loses its target, so what wants
/// nothing of these gets the bare body.
[[nodiscard]] Encoding choose_encoding(std::string_view accept_encoding) noexcept;

/// Below this compression buys nothing: the answer fits into one packet anyway.
inline constexpr std::size_t kMinBytesToCompress = 1024;

/// As the header Content-Encoding says it; empty: there is none to be said.
[[nodiscard]] std::string_view content_encoding(Encoding encoding) noexcept;

/// Encodes a body that comes in pieces, as one gzip member or one zstd frame. Each piece is compressed at once, so that
/// no more of the body is kept than what matches may look back at.
/// Not thread-safe. Cost in bytes: about 0.7 MB in gzip and 1.1 MB in zstd, however long the body.
class BodyEncoder {
 public:
  /// Throws std::bad_alloc.
  explicit BodyEncoder(Encoding encoding);
  BodyEncoder(const BodyEncoder&) = delete;
  BodyEncoder& operator=(const BodyEncoder&) = delete;
  ~BodyEncoder();

  /// Appends to `out` what there is to send by now, which may be nothing. Throws std::bad_alloc.
  void add(std::string_view piece, std::string& out);
  /// The same for what is left. Nothing is to be called after it.
  void finish(std::string& out);

  class Stream;

 private:
  std::unique_ptr<Stream> stream_;  // null: Identity
};

}  // namespace vitals::detail
