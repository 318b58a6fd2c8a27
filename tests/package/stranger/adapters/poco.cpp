#include <vitals/http/poco.hpp>
#include <vitals/vitals.hpp>

namespace {

struct Factory : Poco::Net::HTTPRequestHandlerFactory {
  Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override { return nullptr; }
};

}  // namespace

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}"}}};
  return vitals::instrument(vitals::mount(new Factory, registry), http).isNull() ? 1 : 0;
}
