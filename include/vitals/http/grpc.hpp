#pragma once

// For gRPC's C++ servers, 1.51 or later, whichever of its APIs they use: needs <grpcpp/grpcpp.h> and
// <google/protobuf/descriptor.h>, of the packages libgrpc++-dev and libprotobuf-dev. Can't see: what a handler threw
// (the status is Unknown, as clients get it); that a client left a handler that neither sent to it nor asked its
// context IsCancelled(); what gRPC refuses before there is a call. gRPC can't serve /metrics: that takes an Endpoint.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_initializer.h>
#include <grpcpp/support/server_interceptor.h>

#include <vitals/http/detail/grpc_ending.hpp>
#include <vitals/http/grpc_metrics.hpp>

namespace vitals {
namespace detail {

// Rides with a call. Its hooks may run on several threads at once, but each that begins or ends the call once.
class GrpcInterceptor final : public grpc::experimental::Interceptor {
 public:
  GrpcInterceptor(GrpcMetrics& metrics, grpc::experimental::ServerRpcInfo& info) noexcept
      : metrics_{metrics}, info_{info} {}
  ~GrpcInterceptor() override { call_.finish(ending_.code(GrpcCall::kCanceled)); }

  void Intercept(grpc::experimental::InterceptorBatchMethods* batch) override {
    using Hook = grpc::experimental::InterceptionHookPoints;
    const auto is = [batch](Hook hook) { return batch->QueryInterceptionHookPoint(hook); };
    // Not in the constructor: a server that ends makes interceptors for calls that will never come.
    if (is(Hook::POST_RECV_INITIAL_METADATA)) {
      call_ = metrics_.start(info_.method());
      ending_.deadline(info_.server_context()->deadline());
    }
    if (is(Hook::POST_RECV_MESSAGE) && batch->GetRecvMessage() != nullptr) call_.received();
    if (is(Hook::POST_SEND_MESSAGE)) batch->GetSendMessageStatus() ? call_.sent() : ending_.client_has_gone();
    if (is(Hook::PRE_SEND_STATUS)) call_.finish(ending_.code(batch->GetSendStatus().error_code()));
    if (is(Hook::POST_RECV_CLOSE)) ending_.client_has_gone();  // it comes after the status, unless the client has gone
    batch->Proceed();
  }

 private:
  GrpcMetrics& metrics_;
  grpc::experimental::ServerRpcInfo& info_;  // which owns this
  GrpcCall call_;
  GrpcEnding ending_;
};

struct GrpcInterceptors final : grpc::experimental::ServerInterceptorFactoryInterface {
  explicit GrpcInterceptors(GrpcMetrics& of) noexcept : metrics{of} {}
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override {
    return new GrpcInterceptor{metrics, *info};
  }
  GrpcMetrics& metrics;
};

// Adds the methods of a server's services, once before it starts and once when it has all of them. Without a
// descriptor, as of code that isn't protobuf's, a service is added by GrpcMetrics::add(). Also the option that adds it.
struct GrpcServices final : grpc::ServerBuilderPlugin, grpc::ServerBuilderOption {
  explicit GrpcServices(GrpcMetrics& of) noexcept : metrics{of} {}
  std::string name() override { return "vitals"; }
  void InitServer(grpc::ServerInitializer* server) override {
    for (const std::string& service : *server->GetServiceList()) {
      const auto* const described = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
      for (int i = 0; described != nullptr && i < described->method_count(); ++i) {
        const auto& method = *described->method(i);
        metrics.add(service, method.name(), grpc_type(method.client_streaming(), method.server_streaming()));
      }
    }
    if (!grpc::DefaultHealthCheckServiceEnabled()) return;
    metrics.add("grpc.health.v1.Health", "Check", GrpcType::Unary);  // has no descriptor
    metrics.add("grpc.health.v1.Health", "Watch", GrpcType::ServerStream);
  }
  void Finish(grpc::ServerInitializer* server) override { InitServer(server); }
  void ChangeArguments(const std::string& /*name*/, void* /*value*/) override {}
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
  builder.SetOption(std::make_unique<detail::GrpcServices>(metrics));
}

}  // namespace vitals
