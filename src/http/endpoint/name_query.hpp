#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::detail {

inline constexpr std::size_t kMaxNames = 128;
inline constexpr std::size_t kMaxNameBytes = 1'024;

/// Which families a request wants, by the parameters `name[]` of its query.
struct NameQuery {
  std::vector<std::string> names;  ///< ascending, none twice; empty: there is no such parameter, so all are wanted
  std::string_view fault;          ///< a constant line for the client, or empty: there is none
};

/// Of "name[]=a_total&name[]=b_seconds", what stands behind the '?'. As application/x-www-form-urlencoded: escapes in
/// names and values, '+' is a blank. Other parameters are ignored.
[[nodiscard]] NameQuery parse_name_query(std::string_view query);

}  // namespace vitals::detail
