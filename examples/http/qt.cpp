// A service made with Qt HttpServer that counts and times its requests and serves the metrics itself.
#include <QtConcurrent/QtConcurrentRun>
#include <QtCore/QCoreApplication>
#include <QtCore/QFuture>
#include <QtCore/QThread>
#include <QtCore/QTimer>
#include <QtHttpServer/QHttpServer>
#include <QtNetwork/QTcpServer>
#include <csignal>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <vitals/http/qt.hpp>
#include <vitals/vitals.hpp>

namespace {

using Request = QHttpServerRequest;
using Response = QHttpServerResponse;
using Status = Response::StatusCode;

Response find_user(const QString& id) {
  if (id == "0") return Status::NotFound;
  return Response{"text/plain", ("user " + id + "\n").toUtf8()};
}

// An exception would leave the loop.
Response fail(const Request& request) try { throw std::runtime_error{"no such luck"}; } catch (const std::exception&) {
  vitals::request_of(request).fail();
  return Status::InternalServerError;
}

// [example]
// What is answered later takes its request along.
QFuture<Response> after_ms(unsigned long ms, const Request& request, const QByteArray& body) {
  auto timed = std::make_shared<vitals::HttpRequest>(std::move(vitals::request_of(request)));
  return QtConcurrent::run([ms, timed, body] {
    QThread::msleep(ms);
    return vitals::finish(*timed, Response{"text/plain", body});
  });
}
// [example]

void add_routes(QHttpServer& server) {
  using enum Request::Method;
  server.route("/users/<arg>", Get | Head, [](const QString& id) { return find_user(id); });
  server.route("/users", Post, [](const Request& request) {
    return Response{"text/plain", QByteArray::number(request.body().size()), Status::Created};
  });
  // Takes nothing along, and so counts as _OTHER; by its status if that were there at once.
  server.route("/fail", Get, [] {
    return QtConcurrent::run([] {
      QThread::msleep(100);
      return Response{Status::InternalServerError};
    });
  });
  server.route("/throw", Get, [](const Request& request) { return fail(request); });
  server.route("/stream", Get, [](const Request& request) { return after_ms(100, request, QByteArray(5'000, 'x')); });
  server.route("/slow", Get, [] {  // Qt 6.4 doesn't survive a client that leaves while a QFuture is awaited
    QThread::msleep(300);
    return Response{"text/plain", QByteArray(1 << 20, 'x')};
  });
}

}  // namespace

int main(int argc, char** argv) {
  QCoreApplication app{argc, argv};
  vitals::Registry registry;
  vitals::HttpOptions counted{.routes = {"/users/{id}", "POST /users", "/fail", "/throw", "/stream", "/slow"}};
  counted.time_to_first_byte = counted.sizes = counted.exceptions = counted.aborts = counted.exemplars = true;
  vitals::HttpMetrics http{registry, counted};

  // [example]
  QHttpServer server;
  vitals::instrument(server, http);
  vitals::mount(server, registry);
  // [example]
  add_routes(server);
  auto* const listener = new QTcpServer{&server};
  if (!listener->listen(QHostAddress::LocalHost, static_cast<quint16>(std::stoi(argv[1])))) {
    return std::cerr << "can't listen on port " << argv[1] << '\n', 1;
  }
  server.bind(listener);
  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;

  static volatile std::sig_atomic_t is_ended = 0;
  std::signal(SIGTERM, [](int) { is_ended = 1; });
  std::signal(SIGINT, [](int) { is_ended = 1; });
  QTimer look;
  QObject::connect(&look, &QTimer::timeout, &app, [] {
    if (is_ended != 0) QCoreApplication::quit();
  });
  look.start(50);
  return QCoreApplication::exec();
}
