#include <QtCore/QCoreApplication>

#include <vitals/http/qt.hpp>
#include <vitals/vitals.hpp>

int main(int argc, char** argv) {
  const QCoreApplication application{argc, argv};
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}"}}};
  QHttpServer server;
  vitals::instrument(server, http);
  server.route("/a/<arg>", [](int id) { return QString::number(id); });
  vitals::mount(server, registry);
}
