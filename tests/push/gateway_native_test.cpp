#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <protozero/pbf_reader.hpp>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/pushgateway_fixture.hpp"

namespace vitals {
namespace {

// The native buckets of a family in an exposition of protobuf: schema, spans and deltas as they are.
struct NativeBuckets {
  int schema = -100;
  double zero_threshold = -1;
  std::vector<std::pair<int, unsigned>> spans{};
  std::vector<std::int64_t> deltas{};

  friend bool operator==(const NativeBuckets&, const NativeBuckets&) = default;
};

NativeBuckets native_of_histogram(protozero::pbf_reader histogram) {
  NativeBuckets found;
  while (histogram.next()) {
    switch (histogram.tag()) {
      case 5:
        found.schema = histogram.get_sint32();
        break;
      case 6:
        found.zero_threshold = histogram.get_double();
        break;
      case 12: {
        auto span = histogram.get_message();
        std::pair<int, unsigned> both;
        while (span.next()) {
          if (span.tag() == 1) {
            both.first = span.get_sint32();
          } else {
            both.second = span.get_uint32();
          }
        }
        found.spans.push_back(both);
        break;
      }
      case 13:
        if (histogram.wire_type() == protozero::pbf_wire_type::varint) {
          found.deltas.push_back(histogram.get_sint64());
        } else {
          for (const auto delta : histogram.get_packed_sint64()) found.deltas.push_back(delta);
        }
        break;
      default:
        histogram.skip();
    }
  }
  return found;
}

NativeBuckets native_buckets(const std::string& exposition, const std::string& wanted) {
  // Delimited messages are as the fields of one message without their tags.
  const char* at = exposition.data();
  const char* const end = at + exposition.size();
  while (at < end) {
    const auto size = protozero::decode_varint(&at, end);
    protozero::pbf_reader family{at, static_cast<std::size_t>(size)};
    at += size;
    std::string name;
    while (family.next()) {
      if (family.tag() == 1) {
        name = family.get_string();
      } else if (family.tag() == 4 && name == wanted) {
        auto metric = family.get_message();
        if (metric.next(7)) return native_of_histogram(metric.get_message());
      } else {
        family.skip();
      }
    }
  }
  return {};
}

class PushToGatewayNative : public test::RunningPushgatewayFixture {};

TEST_F(PushToGatewayNative, BucketsAreAsTheyWere) {
  auto& histogram = registry.histogram("native_seconds", "Native.", Native{});
  for (const double value : {0.001, 0.25, 0.26, 0.3, 4.0, 4.0, 1e6}) histogram.observe(value);
  PushGateway push{registry, options()};
  const NativeBuckets ours = native_buckets(to_protobuf(registry), "native_seconds");

  ASSERT_TRUE(push.push().ok);

  const std::string theirs = gateway->get(
      "/metrics",
      "-H 'Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited'");
  EXPECT_EQ(ours.schema, 3);
  EXPECT_GE(ours.deltas.size(), 5U);
  EXPECT_EQ(native_buckets(theirs, "native_seconds"), ours);
}

}  // namespace
}  // namespace vitals
