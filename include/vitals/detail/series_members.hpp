#pragma once

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

/// What each series of a family has and the family itself hasn't. Deleted rather than missing, since compilers show the
/// line on which a function was deleted, with what is to be written instead; `requires` finds none either way.
class SeriesMembers {
 public:
  template <class... Values>
  void inc(Values&&...) = delete;  // which series? family.with(<its label values>).inc()
  template <class... Values>
  void dec(Values&&...) = delete;  // which series? family.with(<its label values>).dec()
  template <class... Values>
  void add(Values&&...) = delete;  // which series? family.with(<its label values>).add(…)
  template <class... Values>
  void set(Values&&...) = delete;  // which series? family.with(<its label values>).set(…)
  template <class... Values>
  void observe(Values&&...) = delete;  // which series? family.with(<its label values>).observe(…)
  template <class... Values>
  void time(Values&&...) = delete;  // which series? family.with(<its label values>).time()
  template <class... Values>
  void value(Values&&...) = delete;  // which series? family.with(<its label values>).value()
};

}  // namespace vitals::detail
