#include "http/requests/traceparent.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

const std::string kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kSpanId = "00f067aa0ba902b7";
const std::string kHeader = "00-" + kTraceId + "-" + kSpanId + "-01";

TEST(Traceparent, HasTheIdsAndWhetherItIsSampled) {
  const auto read = parse_traceparent(kHeader);

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->trace_id, kTraceId);
  EXPECT_EQ(read->span_id, kSpanId);
  EXPECT_TRUE(read->sampled);
  EXPECT_EQ(read->trace_id.data(), kHeader.data() + 3);
}

TEST(Traceparent, IsSampledByTheLowestBitOfTheFlags) {
  for (int flags = 0; flags < 256; ++flags) {
    std::string header = kHeader;
    header[53] = "0123456789abcdef"[flags / 16];
    header[54] = "0123456789abcdef"[flags % 16];
    const auto read = parse_traceparent(header);
    ASSERT_TRUE(read.has_value()) << header;
    EXPECT_EQ(read->sampled, flags % 2 == 1) << header;
  }
}

TEST(Traceparent, OfLaterVersionsReadsWhatItKnows) {
  for (const std::string version : {"01", "cc", "fe", "f0"}) {
    const std::string header = version + kHeader.substr(2);
    EXPECT_TRUE(parse_traceparent(header)) << header;
    EXPECT_TRUE(parse_traceparent(header + "-")) << header;
    EXPECT_TRUE(parse_traceparent(header + "-what the future holds")) << header;
    EXPECT_FALSE(parse_traceparent(header + "x")) << header;
    EXPECT_FALSE(parse_traceparent(header + "0-")) << header;
  }
  EXPECT_EQ(parse_traceparent("cc" + kHeader.substr(2) + "-01")->span_id, kSpanId);
}

TEST(Traceparent, AnyOtherLengthIsNothing) {
  for (std::size_t size = 0; size < kHeader.size(); ++size) EXPECT_FALSE(parse_traceparent(kHeader.substr(0, size)));
  for (const std::string end : {"-", " ", "0", "-00", ","}) EXPECT_FALSE(parse_traceparent(kHeader + end)) << end;
  EXPECT_FALSE(parse_traceparent(" " + kHeader));
  EXPECT_FALSE(parse_traceparent(std::string(1'000'000, '0')));
}

TEST(Traceparent, AnyOtherCharacterIsNothing) {
  for (std::size_t i = 0; i < kHeader.size(); ++i) {
    const bool is_dash = kHeader[i] == '-';
    for (int c = 0; c < 256; ++c) {
      std::string header = kHeader;
      header[i] = static_cast<char>(c);
      const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      EXPECT_EQ(parse_traceparent(header).has_value(), is_dash ? c == '-' : is_hex) << header;
    }
  }
}

TEST(Traceparent, ZerosAndVersionFfAreNothing) {
  EXPECT_FALSE(parse_traceparent("00-" + std::string(32, '0') + "-" + kSpanId + "-01"));
  EXPECT_FALSE(parse_traceparent("00-" + kTraceId + "-" + std::string(16, '0') + "-01"));
  EXPECT_TRUE(parse_traceparent("00-" + std::string(31, '0') + "1-" + std::string(15, '0') + "1-00"));
  EXPECT_FALSE(parse_traceparent("ff" + kHeader.substr(2)));
  EXPECT_FALSE(parse_traceparent("ff" + kHeader.substr(2) + "-x"));
}

}  // namespace
}  // namespace vitals::detail
