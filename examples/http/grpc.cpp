// A gRPC service that counts and times its calls. gRPC can't serve the metrics themselves: a vitals::Endpoint does.
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <grpcpp/grpcpp.h>

#include <vitals/http.hpp>
#include <vitals/http/grpc.hpp>
#include <vitals/vitals.hpp>

#include "grpc.grpc.pb.h"

namespace {

using namespace std::chrono_literals;
using grpc::ServerContext;
using grpc::Status;

class Patients final : public clinic::Patients::Service {
  Status Find(ServerContext* context, const clinic::PatientId* wanted, clinic::Patient* patient) override {
    if (wanted->id() == 0) return {grpc::StatusCode::NOT_FOUND, "no such patient"};
    if (wanted->id() < 0) throw std::runtime_error{"no such luck"};
    // Patients from 1,000 on are found slowly, for as long as the client waits.
    for (int ms = 0; wanted->id() >= 1'000 && ms < 5'000; ms += 10) {
      if (context->IsCancelled()) return Status::CANCELLED;
      std::this_thread::sleep_for(10ms);
    }
    patient->set_id(wanted->id());
    patient->set_name("patient " + std::to_string(wanted->id()));
    return Status::OK;
  }
  Status Import(ServerContext*, grpc::ServerReader<clinic::Patient>* patients, clinic::Count* count) override {
    for (clinic::Patient patient; patients->Read(&patient);) count->set_n(count->n() + 1);
    return Status::OK;
  }
  Status List(ServerContext*, const clinic::Count* count, grpc::ServerWriter<clinic::Patient>* patients) override {
    clinic::Patient patient;
    for (int i = 1; i <= count->n(); ++i) {
      patient.set_id(i);
      if (!patients->Write(patient)) break;  // the client has gone
      std::this_thread::sleep_for(2ms);
    }
    return Status::OK;
  }
  Status Rename(ServerContext*, grpc::ServerReaderWriter<clinic::Patient, clinic::Patient>* patients) override {
    for (clinic::Patient patient; patients->Read(&patient);) {
      patient.set_name(patient.name() + " the younger");
      if (!patients->Write(patient)) break;
    }
    return Status::OK;
  }
};

}  // namespace

int main(int, char** argv) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  vitals::Registry registry;
  // [example]
  vitals::GrpcMetrics calls{registry};
  Patients patients;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(std::string{"127.0.0.1:"} + argv[1], grpc::InsecureServerCredentials());
  builder.RegisterService(&patients);
  vitals::instrument(builder, calls);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  // [example]
  if (!server) return std::cerr << "can't listen on port " << argv[1] << '\n', 1;
  const vitals::Endpoint endpoint{registry, {.port = 0}};
  std::cout << "listening on 127.0.0.1:" << argv[1] << ", metrics on http://127.0.0.1:" << endpoint.port() << "/metrics"
            << std::endl;

  int signal = 0;
  sigwait(&ends, &signal);
  server->Shutdown(std::chrono::system_clock::now() + 1s);
}
