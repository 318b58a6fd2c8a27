#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/http/detail/grpc_ending.hpp>
#include <vitals/http/grpc_metrics.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using vitals::testing::compare;
using vitals::testing::value;

double handled(const Registry& registry, std::string_view method, std::string_view code) {
  return value(registry, "grpc_server_handled_total",
               {{"grpc_type", "unary"}, {"grpc_service", "a.B"}, {"grpc_method", method}, {"grpc_code", code}})
      .value_or(-1);
}

TEST(GrpcMetrics, AMethodHasAllItsSeriesFromTheStart) {
  Registry registry;
  GrpcMetrics calls{registry, Buckets{0.1}};

  calls.add("clinic.Patients", "List", GrpcType::ServerStream);

  EXPECT_EQ(compare(registry, R"(
    # HELP grpc_server_handling_seconds Response latency (seconds) of gRPC that had been application-level handled by the server.
    # TYPE grpc_server_handling_seconds histogram
    grpc_server_handling_seconds_bucket{grpc_type="_unmatched",grpc_service="_unmatched",grpc_method="_unmatched",le="0.1"} 0
    grpc_server_handling_seconds_bucket{grpc_type="_unmatched",grpc_service="_unmatched",grpc_method="_unmatched",le="+Inf"} 0
    grpc_server_handling_seconds_sum{grpc_type="_unmatched",grpc_service="_unmatched",grpc_method="_unmatched"} 0
    grpc_server_handling_seconds_count{grpc_type="_unmatched",grpc_service="_unmatched",grpc_method="_unmatched"} 0
    grpc_server_handling_seconds_bucket{grpc_type="server_stream",grpc_service="clinic.Patients",grpc_method="List",le="0.1"} 0
    grpc_server_handling_seconds_bucket{grpc_type="server_stream",grpc_service="clinic.Patients",grpc_method="List",le="+Inf"} 0
    grpc_server_handling_seconds_sum{grpc_type="server_stream",grpc_service="clinic.Patients",grpc_method="List"} 0
    grpc_server_handling_seconds_count{grpc_type="server_stream",grpc_service="clinic.Patients",grpc_method="List"} 0
    # HELP grpc_server_started_total Total number of RPCs started on the server.
    # TYPE grpc_server_started_total counter
    grpc_server_started_total{grpc_type="_unmatched",grpc_service="_unmatched",grpc_method="_unmatched"} 0
    grpc_server_started_total{grpc_type="server_stream",grpc_service="clinic.Patients",grpc_method="List"} 0
  )",
                    {"grpc_server_started_total", "grpc_server_handling_seconds"}),
            "");
  for (const char* code : {"OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound",
                           "AlreadyExists", "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted",
                           "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated"}) {
    EXPECT_EQ(value(registry, "grpc_server_handled_total",
                    {{"grpc_type", "server_stream"},
                     {"grpc_service", "clinic.Patients"},
                     {"grpc_method", "List"},
                     {"grpc_code", code}}),
              0)
        << code;
  }
}

TEST(GrpcMetrics, ACallCountsOnceWithItsMessages) {
  Registry registry;
  GrpcMetrics calls{registry};
  calls.add("a.B", "C", GrpcType::Unary);
  calls.add("a.B", "C", GrpcType::BidiStream);  // is there: stays as it is

  GrpcCall call = calls.start("/a.B/C");
  call.received();
  call.finish(5);
  call.sent();
  call.finish(0);

  const auto labels = {LabelPair{"grpc_type", "unary"}, {"grpc_service", "a.B"}, {"grpc_method", "C"}};
  EXPECT_EQ(value(registry, "grpc_server_started_total", labels), 1);
  EXPECT_EQ(value(registry, "grpc_server_msg_received_total", labels), 1);
  EXPECT_EQ(value(registry, "grpc_server_msg_sent_total", labels), 1);
  EXPECT_EQ(value(registry, "grpc_server_handling_seconds_count", labels), 1);
  EXPECT_EQ(handled(registry, "C", "NotFound"), 1);
  EXPECT_EQ(handled(registry, "C", "OK"), 0);
}

TEST(GrpcMetrics, CodesThatGrpcLacksAreUnknown) {
  Registry registry;
  GrpcMetrics calls{registry};
  calls.add("a.B", "C", GrpcType::Unary);

  for (const int code : {-1, 17, 99, 1 << 30}) calls.start("/a.B/C").finish(code);
  calls.start("/a.B/C").finish(16);

  EXPECT_EQ(handled(registry, "C", "Unknown"), 4);
  EXPECT_EQ(handled(registry, "C", "Unauthenticated"), 1);
}

TEST(GrpcMetrics, UnknownMethodsMakeNoSeries) {
  Registry registry;
  GrpcMetrics calls{registry};
  calls.add("a.B", "C", GrpcType::Unary);
  const auto lines = [&registry] {
    const std::string text = to_text(registry);
    return std::count(text.begin(), text.end(), '\n');
  };
  const auto before = lines();

  for (const char* method : {"/a.B/D", "/a.B/C/", "a.B/C", "", "/", "unknown", "/x\n\"/y"})
    calls.start(method).finish(12);

  EXPECT_EQ(lines(), before);
  EXPECT_EQ(value(registry, "grpc_server_handled_total",
                  {{"grpc_type", "_unmatched"},
                   {"grpc_service", "_unmatched"},
                   {"grpc_method", "_unmatched"},
                   {"grpc_code", "Unimplemented"}}),
            7);
  EXPECT_EQ(handled(registry, "D", "Unimplemented"), -1);
}

TEST(GrpcMetrics, ACallThatIsDroppedIsCanceledAndAMovedOneIsNone) {
  Registry registry;
  GrpcMetrics calls{registry};
  calls.add("a.B", "C", GrpcType::Unary);
  {
    GrpcCall none;
    none.received();
    none.finish(0);
    GrpcCall first = calls.start("/a.B/C");
    GrpcCall second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): it says what is left
    EXPECT_TRUE(second);
    second = calls.start("/a.B/C");  // the one before ends
    EXPECT_EQ(handled(registry, "C", "Canceled"), 1);
  }
  EXPECT_EQ(handled(registry, "C", "Canceled"), 2);
  EXPECT_EQ(handled(registry, "C", "OK"), 0);
}

TEST(GrpcMetrics, MethodsAreAddedWhileOthersAreCalled) {
  Registry registry;
  GrpcMetrics calls{registry};
  calls.add("a.B", "C0", GrpcType::Unary);

  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&calls] {
      for (int i = 0; i < 500; ++i) calls.add("a.B", "C" + std::to_string(i), GrpcType::Unary);
    });
    threads.emplace_back([&calls] {
      for (int i = 0; i < 5'000; ++i) calls.start("/a.B/C0").finish(0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  calls.start("/a.B/C499").finish(0);

  EXPECT_EQ(handled(registry, "C0", "OK"), 10'000);
  EXPECT_EQ(handled(registry, "C499", "OK"), 1);
}

TEST(GrpcMetrics, SeveralOfOneRegistryCountTogether) {
  Registry registry;
  GrpcMetrics first{registry};
  GrpcMetrics second{registry};
  first.add("a.B", "C", GrpcType::Unary);
  second.add("a.B", "C", GrpcType::Unary);

  first.start("/a.B/C").finish(0);
  second.start("/a.B/C").finish(0);

  EXPECT_EQ(handled(registry, "C", "OK"), 2);
}

TEST(GrpcMetrics, TypesAreThoseOfTheStreams) {
  EXPECT_EQ(grpc_type(false, false), GrpcType::Unary);
  EXPECT_EQ(grpc_type(true, false), GrpcType::ClientStream);
  EXPECT_EQ(grpc_type(false, true), GrpcType::ServerStream);
  EXPECT_EQ(grpc_type(true, true), GrpcType::BidiStream);
}

TEST(GrpcEnding, IsTheServersUnlessTheClientSeesAnother) {
  detail::GrpcEnding ending;

  EXPECT_EQ(ending.code(5), 5);
  ending.client_has_gone();
  EXPECT_EQ(ending.code(5), GrpcCall::kCanceled);
  ending.deadline(std::chrono::system_clock::now() - std::chrono::seconds{1});
  EXPECT_EQ(ending.code(5), GrpcCall::kDeadlineExceeded);
}

}  // namespace
}  // namespace vitals
