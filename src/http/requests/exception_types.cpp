#include "http/requests/exception_types.hpp"

#include <cstdlib>
#include <memory>
#include <string_view>
#include <typeinfo>

#include <cxxabi.h>

namespace vitals::detail {
namespace {

constexpr std::size_t kMaxName = 128;

std::string readable(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text{abi::__cxa_demangle(mangled, nullptr, nullptr, &status),
                                                         &std::free};
  return std::string{text ? text.get() : mangled}.substr(0, kMaxName);
}

}  // namespace

std::string ExceptionTypes::name(const std::exception_ptr& error) {
  const std::type_info* const type = error.__cxa_exception_type();
  const std::string_view mangled = type != nullptr ? type->name() : "unknown";
  const std::lock_guard lock{mutex_};
  if (const auto known = names_.find(mangled); known != names_.end()) return known->second;
  if (names_.size() >= kMax) return "_OTHER";
  return names_.emplace(mangled, readable(mangled.data())).first->second;
}

}  // namespace vitals::detail
