#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include <vitals/family.hpp>
#include <vitals/http/grpc_metrics.hpp>
#include <vitals/scope.hpp>

namespace vitals {
namespace {

constexpr std::array<std::string_view, 4> kGrpcTypes{"unary", "client_stream", "server_stream", "bidi_stream"};

// As Go's library writes them, by number: dashboards compare with these.
constexpr std::array<std::string_view, detail::GrpcSeries::kCodes> kGrpcCodes{
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

// More than a server has: none of its methods' series may become one of overflow.
constexpr FamilyOptions kGrpcBounded{.max_series = 10'000'000};
constexpr FamilyOptions kGrpcSeconds{.max_series = kGrpcBounded.max_series, .unit = "seconds"};

constexpr std::string_view kUnmatched = "_unmatched";

}  // namespace

struct GrpcMetrics::Impl {
  struct Method {
    std::string path;
    detail::GrpcSeries series;
    const Method* next;
  };

  Impl(const Scope& scope, const Buckets& bounds)
      : started{scope.counter("grpc_server_started_total", "Total number of RPCs started on the server.",
                              {"grpc_type", "grpc_service", "grpc_method"}, kGrpcBounded)},
        received{scope.counter("grpc_server_msg_received_total",
                               "Total number of RPC stream messages received on the server.",
                               {"grpc_type", "grpc_service", "grpc_method"}, kGrpcBounded)},
        sent{scope.counter("grpc_server_msg_sent_total", "Total number of gRPC stream messages sent by the server.",
                           {"grpc_type", "grpc_service", "grpc_method"}, kGrpcBounded)},
        handled{scope.counter("grpc_server_handled_total",
                              "Total number of RPCs completed on the server, regardless of success or failure.",
                              {"grpc_type", "grpc_service", "grpc_method", "grpc_code"}, kGrpcBounded)},
        seconds{
            scope.histogram("grpc_server_handling_seconds",
                            "Response latency (seconds) of gRPC that had been application-level handled by the server.",
                            {"grpc_type", "grpc_service", "grpc_method"}, bounds, kGrpcSeconds)},
        unmatched{series_of(kUnmatched, kUnmatched, kUnmatched)} {}

  detail::GrpcSeries series_of(std::string_view type, std::string_view service, std::string_view method) {
    detail::GrpcSeries made{&started.with(type, service, method),
                            &received.with(type, service, method),
                            &sent.with(type, service, method),
                            &seconds.with(type, service, method),
                            {}};
    for (std::size_t code = 0; code < kGrpcCodes.size(); ++code) {
      made.handled[code] = &handled.with(type, service, method, kGrpcCodes[code]);
    }
    return made;
  }

  [[nodiscard]] std::atomic<const Method*>& chain(std::string_view path) noexcept {
    return chains[std::hash<std::string_view>{}(path) % chains.size()];
  }
  [[nodiscard]] const Method* find(std::string_view path) noexcept {
    const Method* found = chain(path).load(std::memory_order_acquire);
    while (found != nullptr && found->path != path) found = found->next;
    return found;
  }

  Family<Counter, 3>& started;
  Family<Counter, 3>& received;
  Family<Counter, 3>& sent;
  Family<Counter, 4>& handled;
  Family<Histogram, 3>& seconds;
  const detail::GrpcSeries unmatched;

  std::mutex mutex;            // taken to add a method, not to find one
  std::deque<Method> methods;  // a deque, so that they never move
  // By hash. Release and acquire: who reads the pointer to a method sees the method, which is never changed, and those
  // before it.
  std::array<std::atomic<const Method*>, 256> chains{};
};

GrpcMetrics::GrpcMetrics(const Scope& scope, const Buckets& handling_seconds)
    : impl_{std::make_unique<Impl>(scope, handling_seconds)} {}
GrpcMetrics::~GrpcMetrics() = default;

void GrpcMetrics::add(std::string_view service, std::string_view method, GrpcType type) {
  const std::string path = "/" + std::string{service} + "/" + std::string{method};
  const std::lock_guard lock{impl_->mutex};
  if (impl_->find(path) != nullptr) return;
  auto& chain = impl_->chain(path);
  const auto series = impl_->series_of(kGrpcTypes[static_cast<std::size_t>(type)], service, method);
  chain.store(&impl_->methods.emplace_back(Impl::Method{path, series, chain.load(std::memory_order_relaxed)}),
              std::memory_order_release);
}

GrpcCall GrpcMetrics::start(std::string_view method) noexcept {
  const Impl::Method* const found = impl_->find(method);
  return GrpcCall{found != nullptr ? found->series : impl_->unmatched};
}

}  // namespace vitals
