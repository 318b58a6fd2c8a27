#pragma once

#include <bit>
#include <cstdint>
#include <utility>

#include "core/formats/text_writer.hpp"
#include "core/series/family_base.hpp"

namespace vitals::detail {

/// A family whose instruments are one number each, their value(), and hold nothing elsewhere.
template <class Instrument>
class NumberFamily : public FamilyBase {
 protected:
  NumberFamily(MetricType type, Declaration declared, Environment& environment)
      : FamilyBase{sizeof(Instrument), type, std::move(declared), environment} {}

 private:
  static double value(void* instrument) noexcept { return static_cast<const Instrument*>(instrument)->value(); }

  void retire(void* /*instrument*/) noexcept override {}
  void read(void* instrument, MetricSnapshot& out, bool /*exemplars*/) override { out.value = value(instrument); }
  void write(TextWriter& writer, const Series& series, void* instrument, MetricSnapshot& /*scratch*/) override {
    const double number = value(instrument);
    if (!series.is_removed()) writer.add_number(series.text(), number);
  }
  std::uint64_t activity(void* instrument) const noexcept override {
    return std::bit_cast<std::uint64_t>(value(instrument));
  }
};

}  // namespace vitals::detail
