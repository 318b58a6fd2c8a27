// Calls of all kinds, to the example and to services of gRPC's other two APIs: what the client saw is what was counted.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/http/grpc.hpp>
#include <vitals/vitals.hpp>

#include "grpc.grpc.pb.h"
#include "http/http_client.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using clinic::Count;
using clinic::Patient;
using clinic::PatientId;
using grpc::Status;
using grpc::StatusCode;
using vitals::testing::eventually;
using vitals::testing::sample;

std::string example;

// A server with the behaviour of the example, and what it counted.
class Server {
 public:
  virtual ~Server() = default;
  [[nodiscard]] virtual std::string text() const = 0;
  [[nodiscard]] virtual std::string address() const = 0;
};

// The program, of the synchronous API.
class Example final : public Server {
 public:
  Example() {
    for (int attempt = 0; attempt < 5 && metrics_port_ == 0; ++attempt)
      start(20'000 + (::getpid() + attempt * 977) % 10'000);
    if (metrics_port_ == 0) throw std::runtime_error{example + " says on no port that it listens"};
  }
  ~Example() override {
    ::kill(process_, SIGTERM);
    int status = -1;
    ::waitpid(process_, &status, 0);
    EXPECT_EQ(status, 0) << "the example, ended by SIGTERM";
  }
  [[nodiscard]] std::string text() const override {
    return vitals::testing::get(static_cast<std::uint16_t>(metrics_port_), "/metrics").body;
  }
  [[nodiscard]] std::string address() const override { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void start(int port) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const std::string argument = std::to_string(port);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::execl(example.c_str(), example.c_str(), argument.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    std::FILE* const said = ::fdopen(ends[0], "r");
    if (std::fscanf(said, "listening on 127.0.0.1:%d, metrics on http://127.0.0.1:%d/metrics", &port_,
                    &metrics_port_) != 2) {
      ::waitpid(process_, nullptr, 0);
      metrics_port_ = 0;
    }
    std::fclose(said);
  }

  int port_ = 0;
  int metrics_port_ = 0;
  ::pid_t process_ = 0;
};

// The callback API, whose hooks run on any thread.
class CallbackPatients final : public clinic::Patients::CallbackService {
  grpc::ServerUnaryReactor* Find(grpc::CallbackServerContext*, const PatientId* wanted, Patient* patient) override {
    struct Waits final : grpc::ServerUnaryReactor {
      void OnCancel() override { Finish(Status::CANCELLED); }
      void OnDone() override { delete this; }
    };
    struct Answers final : grpc::ServerUnaryReactor {
      void OnDone() override { delete this; }
    };
    if (wanted->id() < 0) throw std::runtime_error{"no such luck"};
    if (wanted->id() >= 1'000) return new Waits;
    auto* const answers = new Answers;
    patient->set_id(wanted->id());
    answers->Finish(wanted->id() == 0 ? Status{StatusCode::NOT_FOUND, "no such patient"} : Status::OK);
    return answers;
  }
  grpc::ServerReadReactor<Patient>* Import(grpc::CallbackServerContext*, Count* count) override {
    struct Reads final : grpc::ServerReadReactor<Patient> {
      explicit Reads(Count& into) : n{into} { StartRead(&patient); }
      void OnReadDone(bool ok) override {
        if (!ok) return Finish(Status::OK);
        n.set_n(n.n() + 1);
        StartRead(&patient);
      }
      void OnDone() override { delete this; }
      Count& n;
      Patient patient;
    };
    return new Reads{*count};
  }
  grpc::ServerWriteReactor<Patient>* List(grpc::CallbackServerContext*, const Count* count) override {
    struct Writes final : grpc::ServerWriteReactor<Patient> {
      explicit Writes(std::int64_t n) : left{n} { next(); }
      void next() { left-- > 0 ? StartWrite(&patient) : Finish(Status::OK); }
      void OnWriteDone(bool ok) override { ok ? next() : Finish(Status::OK); }
      void OnDone() override { delete this; }
      std::int64_t left;
      Patient patient;
    };
    return new Writes{count->n()};
  }
  grpc::ServerBidiReactor<Patient, Patient>* Rename(grpc::CallbackServerContext*) override {
    struct Echoes final : grpc::ServerBidiReactor<Patient, Patient> {
      Echoes() { StartRead(&patient); }
      void OnReadDone(bool ok) override { ok ? StartWrite(&patient) : Finish(Status::OK); }
      void OnWriteDone(bool ok) override { ok ? StartRead(&patient) : Finish(Status::OK); }
      void OnDone() override { delete this; }
      Patient patient;
    };
    return new Echoes;
  }
};

// In this process.
class Local : public Server {
 public:
  explicit Local(std::unique_ptr<grpc::Service> service) : service_{std::move(service)} {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(service_.get());
    instrument(builder, calls_);
    server_ = builder.BuildAndStart();
  }
  ~Local() override { server_->Shutdown(std::chrono::system_clock::now() + 5s); }
  [[nodiscard]] std::string text() const override { return to_text(registry_); }
  [[nodiscard]] std::string address() const override { return "127.0.0.1:" + std::to_string(port_); }

 private:
  Registry registry_;
  GrpcMetrics calls_{registry_};
  std::unique_ptr<grpc::Service> service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

struct Callback final : Local {
  Callback() : Local{std::make_unique<CallbackPatients>()} {}
};

template <class Kind>
class GrpcAdapter : public ::testing::Test {
 protected:
  [[nodiscard]] double count(std::string_view name, std::string_view type, std::string_view method,
                             std::string_view code = {}) const {
    std::string series = std::string{name} + "{grpc_type=\"" + std::string{type} + "\",grpc_service=\"";
    series += type == "_unmatched" ? "_unmatched" : "clinic.Patients";
    series += "\",grpc_method=\"" + std::string{method} + "\"";
    if (!code.empty()) series += ",grpc_code=\"" + std::string{code} + "\"";
    return sample(server->text(), series + "}");
  }
  // What became of a call is counted while its client gets it, or, of one that the client has left, later.
  void expect(std::string_view type, std::string_view method, std::string_view code, int received, int sent) {
    EXPECT_TRUE(eventually([&] { return count("grpc_server_handled_total", type, method, code) == 1; })) << code;
    EXPECT_EQ(count("grpc_server_started_total", type, method), 1);
    EXPECT_EQ(count("grpc_server_handling_seconds_count", type, method), 1);
    EXPECT_EQ(count("grpc_server_msg_received_total", type, method), received);
    EXPECT_TRUE(eventually([&] { return count("grpc_server_msg_sent_total", type, method) == sent; }))
        << sent << ", not " << count("grpc_server_msg_sent_total", type, method);
  }
  [[nodiscard]] StatusCode find(std::int64_t id, std::chrono::milliseconds patience = 10s) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    PatientId wanted;
    wanted.set_id(id);
    Patient patient;
    return stub->Find(&context, wanted, &patient).error_code();
  }

  std::unique_ptr<Server> server = std::make_unique<Kind>();
  std::shared_ptr<grpc::Channel> channel = grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials());
  std::unique_ptr<clinic::Patients::Stub> stub = clinic::Patients::NewStub(channel);
  grpc::ClientContext context;
};

using Kinds = ::testing::Types<Example, Callback>;
TYPED_TEST_SUITE(GrpcAdapter, Kinds);

TYPED_TEST(GrpcAdapter, MethodsExistFromTheStart) {
  for (const auto& [type, method] : {std::pair{"unary", "Find"},
                                     {"client_stream", "Import"},
                                     {"server_stream", "List"},
                                     {"bidi_stream", "Rename"},
                                     {"_unmatched", "_unmatched"}}) {
    EXPECT_EQ(this->count("grpc_server_started_total", type, method), 0) << method;
    EXPECT_EQ(this->count("grpc_server_handled_total", type, method, "DataLoss"), 0) << method;
  }
}

TYPED_TEST(GrpcAdapter, AUnaryCall) {
  EXPECT_EQ(this->find(17), StatusCode::OK);
  this->expect("unary", "Find", "OK", 1, 1);
}

TYPED_TEST(GrpcAdapter, AUnaryCallThatFails) {
  EXPECT_EQ(this->find(0), StatusCode::NOT_FOUND);
  this->expect("unary", "Find", "NotFound", 1, 0);
}

TYPED_TEST(GrpcAdapter, AUnaryHandlerThatThrows) {
  const bool is_synchronous = std::is_same_v<TypeParam, Example>;

  EXPECT_EQ(this->find(-1), is_synchronous ? StatusCode::UNKNOWN : StatusCode::UNIMPLEMENTED);

  this->expect("unary", "Find", is_synchronous ? "Unknown" : "Unimplemented", 1, 0);
}

TYPED_TEST(GrpcAdapter, AStreamFromTheClient) {
  Count count;
  const auto writer = this->stub->Import(&this->context, &count);
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(writer->Write(Patient{}));
  writer->WritesDone();

  EXPECT_TRUE(writer->Finish().ok());

  EXPECT_EQ(count.n(), 7);
  this->expect("client_stream", "Import", "OK", 7, 1);
}

TYPED_TEST(GrpcAdapter, AStreamToTheClient) {
  Count count;
  count.set_n(5);
  const auto reader = this->stub->List(&this->context, count);
  int n = 0;
  for (Patient patient; reader->Read(&patient);) ++n;

  EXPECT_TRUE(reader->Finish().ok());

  EXPECT_EQ(n, 5);
  this->expect("server_stream", "List", "OK", 1, 5);
}

TYPED_TEST(GrpcAdapter, AStreamBothWays) {
  const auto stream = this->stub->Rename(&this->context);
  Patient patient;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(stream->Write(patient));
    ASSERT_TRUE(stream->Read(&patient));
  }
  stream->WritesDone();

  EXPECT_TRUE(stream->Finish().ok());

  this->expect("bidi_stream", "Rename", "OK", 3, 3);
}

TYPED_TEST(GrpcAdapter, AClientThatCancels) {
  std::thread client{[&] {
    PatientId wanted;
    wanted.set_id(1'000);
    Patient patient;
    EXPECT_EQ(this->stub->Find(&this->context, wanted, &patient).error_code(), StatusCode::CANCELLED);
  }};
  EXPECT_TRUE(eventually([&] { return this->count("grpc_server_msg_received_total", "unary", "Find") == 1; }));
  this->context.TryCancel();
  client.join();

  this->expect("unary", "Find", "Canceled", 1, 0);
}

TYPED_TEST(GrpcAdapter, AClientThatLeavesAStream) {
  Count count;
  count.set_n(1'000'000);
  const auto reader = this->stub->List(&this->context, count);
  Patient patient;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(reader->Read(&patient));
  this->context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::CANCELLED);

  EXPECT_TRUE(
      eventually([&] { return this->count("grpc_server_handled_total", "server_stream", "List", "Canceled") == 1; }));
  EXPECT_EQ(this->count("grpc_server_handled_total", "server_stream", "List", "OK"), 0);
}

TYPED_TEST(GrpcAdapter, ADeadline) {
  EXPECT_EQ(this->find(1'000, 200ms), StatusCode::DEADLINE_EXCEEDED);
  // The client gives up at its own deadline, which may be a moment before the server's.
  const auto handled = [this](auto code) { return this->count("grpc_server_handled_total", "unary", "Find", code); };
  EXPECT_TRUE(eventually([&] { return handled("DeadlineExceeded") + handled("Canceled") == 1; }));
  EXPECT_EQ(this->count("grpc_server_started_total", "unary", "Find"), 1);
  EXPECT_EQ(this->count("grpc_server_handling_seconds_count", "unary", "Find"), 1);
}

TYPED_TEST(GrpcAdapter, AMethodThatTheServerLacks) {
  grpc::GenericStub stub{this->channel};
  for (const std::string method : {"/clinic.Patients/Delete", "/x/y"}) {
    grpc::ClientContext context;
    grpc::CompletionQueue done;
    const auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer{}, &done);
    call->StartCall();
    Status status;
    grpc::ByteBuffer answer;
    call->Finish(&answer, &status, this);
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(done.Next(&tag, &ok));
    EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
  }

  EXPECT_TRUE(eventually(
      [&] { return this->count("grpc_server_handled_total", "_unmatched", "_unmatched", "Unimplemented") == 2; }));
  EXPECT_EQ(this->server->text().find("Delete"), std::string::npos);
}

// A server that ends makes an interceptor for the call that it waited for.
TEST(GrpcAsynchronousApi, ACallThatNeverCameIsNotCounted) {
  Registry registry;
  GrpcMetrics calls{registry};
  clinic::Patients::AsyncService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto queue = builder.AddCompletionQueue();
  instrument(builder, calls);
  const auto server = builder.BuildAndStart();
  void* tag = nullptr;
  bool ok = false;
  {
    // One call that is answered, one that its client leaves and nobody answers, and one that never comes.
    const auto stub = clinic::Patients::NewStub(
        grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
    for (const bool is_answered : {true, false}) {
      grpc::ServerContext context;
      PatientId wanted;
      grpc::ServerAsyncResponseWriter<Patient> writer{&context};
      service.RequestFind(&context, &wanted, &writer, queue.get(), queue.get(), &context);
      std::thread client{[&stub, is_answered] {
        grpc::ClientContext of;
        of.set_deadline(std::chrono::system_clock::now() + (is_answered ? 10'000ms : 300ms));
        Patient patient;
        EXPECT_EQ(stub->Find(&of, PatientId{}, &patient).ok(), is_answered);
      }};
      ASSERT_TRUE(queue->Next(&tag, &ok) && ok);
      if (is_answered) {
        writer.Finish(Patient{}, Status::OK, &writer);
        ASSERT_TRUE(queue->Next(&tag, &ok) && ok);
      }
      client.join();
    }
    grpc::ServerContext context;
    PatientId wanted;
    grpc::ServerAsyncResponseWriter<Patient> writer{&context};
    service.RequestFind(&context, &wanted, &writer, queue.get(), queue.get(), &context);
    server->Shutdown();
    queue->Shutdown();
    while (queue->Next(&tag, &ok)) {
    }
  }

  const std::string text = to_text(registry);
  const std::string find = R"(grpc_type="unary",grpc_service="clinic.Patients",grpc_method="Find")";
  EXPECT_EQ(sample(text, "grpc_server_started_total{" + find + "}"), 2);
  EXPECT_EQ(sample(text, "grpc_server_handled_total{" + find + ",grpc_code=\"OK\"}"), 1);
  EXPECT_EQ(sample(text, "grpc_server_handled_total{" + find + ",grpc_code=\"DeadlineExceeded\"}") +
                sample(text, "grpc_server_handled_total{" + find + ",grpc_code=\"Canceled\"}"),
            1);
  EXPECT_EQ(sample(text, "grpc_server_handling_seconds_count{" + find + "}"), 2);
}

}  // namespace
}  // namespace vitals

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 2) return std::fprintf(stderr, "usage: %s EXAMPLE\n", argv[0]), 2;
  vitals::example = argv[1];
  return RUN_ALL_TESTS();
}
