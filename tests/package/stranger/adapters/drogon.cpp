#include <vitals/http/drogon.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry};
  vitals::instrument(drogon::app(), http);
  vitals::mount(drogon::app(), registry);
}
