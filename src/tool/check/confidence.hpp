#pragma once

namespace vitals::tool {

/// The confidence of all that is said here.
inline constexpr double kConfidence = 0.95;

struct Interval {
  double low, high;

  /// Whether these have no number in common.
  [[nodiscard]] bool is_apart_from(const Interval& other) const { return low > other.high || high < other.low; }
};

/// Where the true share lies with 95 % confidence when `part` of `all` independent events were counted: Wilson's score
/// interval (E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the
/// American Statistical Association 22, 1927), which keeps to its confidence for few events and for shares near 0 and 1
/// too (L. D. Brown, T. T. Cai, A. DasGupta, Interval estimation for a binomial proportion, Statistical Science 16,
/// 2001). REQUIRES: all > 0, 0 <= part <= all.
Interval wilson_interval(double part, double all);

/// Of how many events none must be bad to show with 95 % confidence that at most `share` of all are:
/// (1 - share)^n <= 0.05, for small shares 3 / share, which is the rule of three (J. A. Hanley, A. Lippman-Hand, If
/// nothing goes wrong, is everything all right?, Journal of the American Medical Association 249, 1983).
/// 1 where no share is bad, or all.
double events_to_prove(double share);

}  // namespace vitals::tool
