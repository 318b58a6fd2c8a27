// A decimal comma and grouped digits, in C and in C++: the exposition has neither. The locale of C is that of the
// environment.
#include <clocale>
#include <locale>
#include <string>

#include <vitals/vitals.hpp>

#include "check.hpp"

namespace {

struct Comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

int main() {
  CHECK(std::setlocale(LC_ALL, "") != nullptr);
  CHECK(std::string{std::localeconv()->decimal_point} == ",");
  std::locale::global(std::locale{std::locale::classic(), new Comma});
  vitals::Registry registry;
  registry.gauge("a", "A.").set(1234567.5);
  registry.histogram("b_seconds", "B.", vitals::Buckets{0.25, 1500}).observe(0.2);
  CHECK(contains(vitals::to_text(registry), "\na 1.2345675e+06\n"));
  CHECK(contains(vitals::to_text(registry), "\nb_seconds_bucket{le=\"0.25\"} 1\nb_seconds_bucket{le=\"1500\"} 1\n"));
  CHECK(contains(vitals::to_openmetrics(registry), "\nb_seconds_bucket{le=\"1500.0\"} 1\n"));
  std::puts("works");
}
