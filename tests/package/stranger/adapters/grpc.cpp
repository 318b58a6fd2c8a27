#include <vitals/http/grpc.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::GrpcMetrics calls{registry};
  grpc::ServerBuilder builder;
  vitals::instrument(builder, calls);
}
