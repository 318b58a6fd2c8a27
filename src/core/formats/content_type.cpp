#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <vitals/exposition.hpp>

namespace vitals {

namespace {

// A media type with its escaping behind it. Joined by the compiler, since content_type() gives constants.
class ContentType {
 public:
  consteval ContentType(std::string_view type, std::string_view escaping) {
    constexpr std::string_view kParameter = "; escaping=";
    for (const std::string_view part : {type, kParameter, escaping}) {
      std::copy(part.begin(), part.end(), text_.begin() + size_);
      size_ += part.size();
    }
  }
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 128> text_{};
  std::size_t size_ = 0;
};

using ContentTypes = std::array<ContentType, 4>;  // by Escaping

consteval ContentTypes with_escapings(std::string_view type) {
  return {{{type, "underscores"}, {type, "dots"}, {type, "values"}, {type, "allow-utf-8"}}};
}

constexpr ContentTypes kText = with_escapings("text/plain; version=0.0.4; charset=utf-8");
constexpr ContentTypes kText1 = with_escapings("text/plain; version=1.0.0; charset=utf-8");
constexpr ContentTypes kOpenMetrics = with_escapings("application/openmetrics-text; version=1.0.0; charset=utf-8");
constexpr ContentTypes kProtobuf =
    with_escapings("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited");

}  // namespace

std::string_view content_type(const Exposition& exposition) noexcept {
  const ContentTypes& types = exposition.format == Format::OpenMetrics ? kOpenMetrics
                              : exposition.format == Format::Protobuf  ? kProtobuf
                              : exposition.version_1                   ? kText1
                                                                       : kText;
  return types[static_cast<std::size_t>(exposition.escaping)].text();
}

}  // namespace vitals
