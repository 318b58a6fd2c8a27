// Writes an exposition of every type to its standard output, for the parsers of others:
//   core_exposition_program text|text1|openmetrics|protobuf [dots|values|utf8] [created]
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/exposition.hpp>

#include "core/every_type.hpp"

int main(int argc, char** argv) {
  vitals::Exposition how;
  for (const std::string_view argument : std::vector<std::string_view>(argv + 1, argv + argc)) {
    if (argument == "text1") how.version_1 = true;
    if (argument == "openmetrics") how.format = vitals::Format::OpenMetrics;
    if (argument == "protobuf") how.format = vitals::Format::Protobuf;
    if (argument == "utf8") how.escaping = vitals::Escaping::Utf8;
    if (argument == "dots") how.escaping = vitals::Escaping::Dots;
    if (argument == "values") how.escaping = vitals::Escaping::Values;
    if (argument == "created") how.created_lines = true;
  }
  std::string out;
  vitals::expose(vitals::test::every_type(), how, out);
  std::cout << out;
  return std::cout.flush() ? 0 : 1;
}
