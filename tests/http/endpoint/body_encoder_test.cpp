#include "http/endpoint/body_encoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zstd.h>

namespace vitals::detail {
namespace {

// By decoders that have nothing to do with what encoded it. Each also tells whether something stands behind the one
// member or frame.
std::string decoded_gzip(const std::string& member) {
  std::string text(std::size_t{64} << 20U, '\0');
  std::size_t in = 0;
  std::size_t out = 0;
  auto* decompressor = libdeflate_alloc_decompressor();
  const auto result =
      libdeflate_gzip_decompress_ex(decompressor, member.data(), member.size(), text.data(), text.size(), &in, &out);
  libdeflate_free_decompressor(decompressor);
  EXPECT_EQ(result, LIBDEFLATE_SUCCESS);
  EXPECT_EQ(in, member.size());
  text.resize(out);
  return text;
}

std::string decoded_zstd(const std::string& frame) {
  std::string text(std::size_t{64} << 20U, '\0');
  EXPECT_EQ(ZSTD_findFrameCompressedSize(frame.data(), frame.size()), frame.size());
  const std::size_t size = ZSTD_decompress(text.data(), text.size(), frame.data(), frame.size());
  EXPECT_FALSE(ZSTD_isError(size)) << ZSTD_getErrorName(size);
  text.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return text;
}

std::string decoded(Encoding encoding, const std::string& body) {
  if (encoding == Encoding::Gzip) return decoded_gzip(body);
  return encoding == Encoding::Zstd ? decoded_zstd(body) : body;
}

std::string encoded(Encoding encoding, std::string_view text, std::size_t piece_bytes) {
  std::string out;
  BodyEncoder encoder{encoding};
  for (; !text.empty(); text.remove_prefix(std::min(piece_bytes, text.size())))
    encoder.add(text.substr(0, piece_bytes), out);
  encoder.finish(out);
  return out;
}

constexpr Encoding kAll[] = {Encoding::Identity, Encoding::Gzip, Encoding::Zstd};

std::string exposition(std::size_t series) {
  std::string text;
  for (std::size_t i = 0; i < series; ++i)
    text += "requests_total{path=\"/clients/" + std::to_string(i) + "\"} " + std::to_string(i * i) + "\n";
  return text;
}

std::string noise(std::size_t bytes) {
  std::minstd_rand random{7};
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random() >> 8U);
  return text;
}

TEST(BodyEncoder, WhatItEncodesReadsBackWhateverThePieces) {
  const std::vector<std::string> texts = {"", "a", exposition(10), exposition(40'000), noise(1'000'000)};
  for (const Encoding encoding : kAll) {
    for (const std::string& text : texts) {
      for (const std::size_t piece : {std::size_t{4099}, std::size_t{128} << 10, std::size_t{100'000'000}})
        EXPECT_TRUE(decoded(encoding, encoded(encoding, text, piece)) == text)
            << content_encoding(encoding) << ", " << text.size() << " bytes in pieces of " << piece;
    }
  }
}

TEST(BodyEncoder, PiecesOfOneByteReadBack) {
  const std::string text = exposition(100);
  for (const Encoding encoding : kAll) EXPECT_EQ(decoded(encoding, encoded(encoding, text, 1)), text);
}

TEST(BodyEncoder, GivesWhatItHasBeforeTheEnd) {
  const std::string text = exposition(200'000);
  for (const Encoding encoding : kAll) {
    std::string out;
    BodyEncoder encoder{encoding};

    encoder.add(text, out);

    const std::size_t before = out.size();
    encoder.finish(out);
    EXPECT_GT(before, out.size() * 3 / 4) << content_encoding(encoding);
  }
}

TEST(BodyEncoder, MakesAnExpositionFiveTimesSmaller) {
  const std::string text = exposition(20'000);
  for (const Encoding encoding : {Encoding::Gzip, Encoding::Zstd})
    EXPECT_LT(encoded(encoding, text, std::size_t{128} << 10).size() * 5, text.size()) << content_encoding(encoding);
}

TEST(ChooseEncoding, TakesWhatTheClientWantsMost) {
  const struct {
    std::string_view header;
    Encoding wanted;
  } cases[] = {
      {"", Encoding::Identity},
      {"gzip", Encoding::Gzip},
      {"x-gzip", Encoding::Gzip},
      {"GZIP;q=1.0", Encoding::Gzip},
      {"zstd", Encoding::Zstd},
      {"gzip, deflate, br, zstd", Encoding::Gzip},
      {"zstd, gzip", Encoding::Gzip},
      {"zstd;q=0.5, gzip", Encoding::Gzip},
      {"zstd, gzip;q=0.5", Encoding::Zstd},
      {"zstd;q=0, gzip", Encoding::Gzip},
      {"zstd;q=0, gzip;q=0", Encoding::Identity},
      {"gzip;q=0", Encoding::Identity},
      {"*", Encoding::Gzip},
      {"*;q=0", Encoding::Identity},
      {"gzip;q=0, *", Encoding::Identity},
      {"gzip;q=0, zstd", Encoding::Zstd},
      {"identity", Encoding::Identity},
      {"identity, gzip", Encoding::Gzip},
      {"identity, gzip;q=0.5", Encoding::Identity},
      {"identity;q=0.5, gzip", Encoding::Gzip},
      {"identity;q=0.5, zstd;q=0.7, gzip;q=0.6", Encoding::Zstd},
      {"identity;q=0", Encoding::Identity},
      {"br, deflate", Encoding::Identity},
  };
  for (const auto& [header, wanted] : cases) EXPECT_EQ(choose_encoding(header), wanted) << header;
}

}  // namespace
}  // namespace vitals::detail
