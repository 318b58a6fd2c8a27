#pragma once

// For gRPC's C++ servers, 1.51 or later, whichever of its APIs they use: needs <grpcpp/grpcpp.h> and
// <google/protobuf/descriptor.h>, of the packages libgrpc++-dev and libprotobuf-dev. Can't see: what a handler threw
// (the status is Unknown, as clients get it); that a client has gone while a handler ran that neither sent to it nor
// asked its context IsCancelled(), where the status is that of the handler; what gRPC itself refuses before there is a
// call. gRPC can't serve /metrics: that takes an Endpoint.
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/impl/server_initializer.h>
#include <grpcpp/support/server_interceptor.h>

#include <vitals/http/grpc_metrics.hpp>

namespace vitals {
namespace detail {

// Rides with a call. Its hooks may run on several threads at once, but each that begins or ends the call once.
class GrpcInterceptor final : public grpc::experimental::Interceptor {
 public:
  GrpcInterceptor(GrpcMetrics& metrics, grpc::experimental::ServerRpcInfo& info) noexcept
      : metrics_{metrics}, info_{info} {}
  ~GrpcInterceptor() override { call_.finish(ended_by_client()); }

  void Intercept(grpc::experimental::InterceptorBatchMethods* batch) override {
    using Hook = grpc::experimental::InterceptionHookPoints;
    // Not in the constructor: a server that ends makes interceptors for calls that will never come.
    if (batch->QueryInterceptionHookPoint(Hook::POST_RECV_INITIAL_METADATA)) {
      call_ = metrics_.start(info_.method());
      deadline_ = info_.server_context()->deadline();
    }
    if (batch->QueryInterceptionHookPoint(Hook::POST_RECV_MESSAGE) && batch->GetRecvMessage() != nullptr) {
      call_.received();
    }
    if (batch->QueryInterceptionHookPoint(Hook::POST_SEND_MESSAGE)) {
      batch->GetSendMessageStatus() ? call_.sent() : client_has_gone_.store(true, std::memory_order_relaxed);
    }
    if (batch->QueryInterceptionHookPoint(Hook::PRE_SEND_STATUS)) {
      const bool is_late = std::chrono::system_clock::now() >= deadline_;
      call_.finish(is_late || client_has_gone_.load(std::memory_order_relaxed) ? ended_by_client()
                                                                               : batch->GetSendStatus().error_code());
    }
    // Comes after the status, unless the client has gone.
    if (batch->QueryInterceptionHookPoint(Hook::POST_RECV_CLOSE))
      client_has_gone_.store(true, std::memory_order_relaxed);
    batch->Proceed();
  }

 private:
  [[nodiscard]] int ended_by_client() const noexcept {
    return std::chrono::system_clock::now() >= deadline_ ? GrpcCall::kDeadlineExceeded : GrpcCall::kCanceled;
  }

  GrpcMetrics& metrics_;
  grpc::experimental::ServerRpcInfo& info_;  // which owns this
  GrpcCall call_;
  std::chrono::system_clock::time_point deadline_ = std::chrono::system_clock::time_point::max();
  std::atomic<bool> client_has_gone_{false};  // relaxed: publishes nothing
};

class GrpcInterceptors final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit GrpcInterceptors(GrpcMetrics& metrics) noexcept : metrics_{metrics} {}
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override {
    return new GrpcInterceptor{metrics_, *info};
  }

 private:
  GrpcMetrics& metrics_;
};

// Adds the methods of a server's services, once before it starts and once when it has all of them. Without a
// descriptor, as of code that isn't protobuf's, a service is added by GrpcMetrics::add().
class GrpcServices final : public grpc::ServerBuilderPlugin {
 public:
  explicit GrpcServices(GrpcMetrics& metrics) noexcept : metrics_{metrics} {}

  std::string name() override { return "vitals"; }
  void InitServer(grpc::ServerInitializer* server) override {
    for (const std::string& service : *server->GetServiceList()) {
      const auto* const described = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
      for (int i = 0; described != nullptr && i < described->method_count(); ++i) {
        const auto& method = *described->method(i);
        metrics_.add(service, method.name(), type_of(method.client_streaming(), method.server_streaming()));
      }
    }
    if (grpc::DefaultHealthCheckServiceEnabled()) {  // has no descriptor
      metrics_.add("grpc.health.v1.Health", "Check", GrpcType::Unary);
      metrics_.add("grpc.health.v1.Health", "Watch", GrpcType::ServerStream);
    }
  }
  void Finish(grpc::ServerInitializer* server) override { InitServer(server); }
  void ChangeArguments(const std::string& /*name*/, void* /*value*/) override {}

 private:
  static GrpcType type_of(bool streams_in, bool streams_out) noexcept {
    if (streams_in) return streams_out ? GrpcType::BidiStream : GrpcType::ClientStream;
    return streams_out ? GrpcType::ServerStream : GrpcType::Unary;
  }

  GrpcMetrics& metrics_;
};

struct GrpcOption final : grpc::ServerBuilderOption {
  explicit GrpcOption(GrpcMetrics& of) noexcept : metrics{of} {}
  void UpdateArguments(grpc::ChannelArguments* /*arguments*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->push_back(std::make_unique<GrpcServices>(metrics));
  }
  GrpcMetrics& metrics;
};

}  // namespace detail

/// Counts and times the calls of the server that is built, of all services that it has by then. Takes the builder's one
/// list of interceptors: pass your own in `others`, which come after.
/// Lifetime: metrics must outlive the server.
inline void instrument(
    grpc::ServerBuilder& builder, GrpcMetrics& metrics,
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> others = {}) {
  others.insert(others.begin(), std::make_unique<detail::GrpcInterceptors>(metrics));
  builder.experimental().SetInterceptorCreators(std::move(others));
  builder.SetOption(std::make_unique<detail::GrpcOption>(metrics));
}

}  // namespace vitals
