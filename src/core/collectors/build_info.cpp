#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/build_info.hpp>
#include <vitals/registry.hpp>

namespace vitals::detail {

namespace {

// The same here as in the program.
#if defined(__x86_64__)
constexpr const char* kArch = "x86_64";
#elif defined(__aarch64__)
constexpr const char* kArch = "aarch64";
#elif defined(__i386__)
constexpr const char* kArch = "i386";
#elif defined(__arm__)
constexpr const char* kArch = "arm";
#elif defined(__riscv)
constexpr const char* kArch = "riscv";
#elif defined(__powerpc64__)
constexpr const char* kArch = "ppc64";
#elif defined(__s390x__)
constexpr const char* kArch = "s390x";
#elif defined(__loongarch__)
constexpr const char* kArch = "loongarch";
#else
constexpr const char* kArch = "unknown";
#endif
#ifdef __linux__
constexpr const char* kOs = "linux";
#else
constexpr const char* kOs = "unknown";
#endif

// Before a standard is out, __cplusplus lies between the number of the last one and that of the new one.
const char* standard(long cplusplus) {
  if (cplusplus <= 202002L) return "20";  // the oldest that this library compiles with
  return cplusplus <= 202302L ? "23" : "26";
}

}  // namespace

void register_build_info(Registry& registry, const BuildInfo& info, const BuildFacts& facts) {
  std::vector<Label> labels;
  const auto add = [&labels](const char* name, std::string_view value) {
    if (!value.empty()) labels.push_back({name, std::string{value}});
  };
  const auto& [first, second, third] = facts.compiler_version;
  add("version", info.version);
  add("revision", info.revision);
  add("compiler", facts.compiler);
  add("compiler_version", std::to_string(first) + '.' + std::to_string(second) + '.' + std::to_string(third));
  add("cxx_standard", standard(facts.cplusplus));
  add("build_type", facts.assertions ? "debug" : "release");
  add("arch", kArch);
  add("os", kOs);
  registry.info("build", "What this program was built from, and with what.", std::move(labels));
}

}  // namespace vitals::detail
