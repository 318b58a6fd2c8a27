#include "tool/check/confidence.hpp"

#include <algorithm>
#include <cmath>

namespace vitals::tool {

Interval wilson_interval(double part, double all) {
  constexpr double z = 1.959963984540054;  // 97.5 % of a normal distribution lie below it: 2.5 % are left on each side
  const double share = part / all;
  const double spread = z * std::sqrt(share * (1 - share) / all + z * z / (4 * all * all));
  const double centre = share + z * z / (2 * all);
  const double scale = 1 + z * z / all;
  // Without rounding the ends of none and of all are 0 and 1.
  return {part == 0 ? 0 : std::max(0.0, (centre - spread) / scale),
          part == all ? 1 : std::min(1.0, (centre + spread) / scale)};
}

double events_to_prove(double share) {
  if (!(share > 0 && share < 1)) return 1;
  // log1p keeps the digits of small shares. A little is subtracted before rounding up, since what should be whole is
  // not always so.
  return std::ceil(std::log(1 - kConfidence) / std::log1p(-share) - 1e-6);
}

}  // namespace vitals::tool
