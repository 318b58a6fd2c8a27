#include "http/negotiation.hpp"

#include "http/weighted_list.hpp"

namespace vitals::detail {
namespace {

struct Offer {
  Format format;
  std::string_view content_type;
  bool (*fits)(const WeightedValue&) noexcept;
};

bool is_text_004(const WeightedValue& wanted) noexcept {
  const auto version = wanted.parameter("version");
  return equals_ignoring_case(wanted.value, "text/plain") && (version.empty() || version == "0.0.4");
}

// In the order of Format. The first row is the answer to every wildcard too: what curl gets must be readable.
constexpr Offer kOffers[] = {
    {Format::Text, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", is_text_004},
};

}  // namespace

Format choose_format(std::string_view accept) noexcept {
  const WeightedList list{accept};
  for (const WeightedValue& wanted : list.values()) {
    if (wanted.q == 0) break;
    for (const Offer& offer : kOffers) {
      if (offer.fits(wanted)) return offer.format;
    }
    if (wanted.value == "*/*" || equals_ignoring_case(wanted.value, "text/*")) break;
  }
  return Format::Text;
}

std::string_view content_type(Format format) noexcept { return kOffers[static_cast<int>(format)].content_type; }

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  const WeightedList list{accept_encoding};
  int gzip = list.q_of("gzip");
  if (gzip < 0) gzip = list.q_of("x-gzip");  // RFC 9110 8.4.1.3: the same thing
  if (gzip < 0) gzip = list.q_of("*");
  return gzip > 0 && gzip >= list.q_of("identity");
}

}  // namespace vitals::detail
