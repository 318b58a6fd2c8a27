#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <vitals/buckets.hpp>
#include <vitals/detail/abi.hpp>
#include <vitals/http/grpc_call.hpp>

namespace vitals {

class Scope;

/// The kinds of methods: the label grpc_type is "unary", "client_stream", "server_stream", "bidi_stream".
enum class GrpcType : std::uint8_t { Unary, ClientStream, ServerStream, BidiStream };

/// Of a method whose client, and whose server, sends a stream of messages.
[[nodiscard]] constexpr GrpcType grpc_type(bool client_streams, bool server_streams) noexcept {
  if (client_streams) return server_streams ? GrpcType::BidiStream : GrpcType::ClientStream;
  return server_streams ? GrpcType::ServerStream : GrpcType::Unary;
}

/// What a gRPC server did, under the names of gRPC's own middleware for Go, for whose dashboards and rules they are
/// (https://github.com/grpc-ecosystem/go-grpc-prometheus): grpc_server_started_total, grpc_server_msg_received_total,
/// grpc_server_msg_sent_total and grpc_server_handling_seconds, all {grpc_type,grpc_service,grpc_method}, and
/// grpc_server_handled_total, which has grpc_code too. Calls under way are those started less those handled. Without
/// gRPC's types: <vitals/http/grpc.hpp> is for its C++ servers.
/// Methods are a closed set, so clients can't make series: calls of others are `_unmatched` in all three labels.
/// Thread-safe.
/// Cost: a call reads the clock twice, looks its method up, and writes to five series. No lock, no allocation. About
/// 5.4 kB per method, all of whose series exist from add() on, at 0.
/// Lifetime: the registry must outlive it, and it must outlive its GrpcCalls. Several may share one registry, and then
/// count into the same series; their bounds must agree.
class GrpcMetrics {
 public:
  explicit GrpcMetrics(const Scope& scope, const Buckets& handling_seconds = Buckets::latency());
  ~GrpcMetrics();
  GrpcMetrics(const GrpcMetrics&) = delete;
  GrpcMetrics& operator=(const GrpcMetrics&) = delete;

  /// Adds a method at set-up: add("clinic.Patients", "Find", GrpcType::Unary). One that is there stays as it is.
  void add(std::string_view service, std::string_view method, GrpcType type);

  /// A call begins, of a method as gRPC names it: "/clinic.Patients/Find".
  [[nodiscard]] GrpcCall start(std::string_view method) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitals
