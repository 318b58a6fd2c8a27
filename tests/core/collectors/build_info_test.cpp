#include <map>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

namespace vitals {

// Of build_info_debug.cpp, which is compiled with assertions.
void register_build_info_with_assertions(Registry& registry);

namespace {

std::map<std::string, std::string> labels(const Registry& registry) {
  std::map<std::string, std::string> labels;
  const auto families = registry.snapshot();
  for (const auto& label : families.at(0).metrics.at(0).labels) labels.emplace(label.name, label.value);
  return labels;
}

TEST(BuildInfo, TellsWhatWasBuiltAndHow) {
  Registry registry;
  register_build_info(registry, {.version = "1.2.3", .revision = "abc\"def"});

  const auto told = labels(registry);

  EXPECT_EQ(registry.snapshot().at(0).name, "build_info");
  EXPECT_EQ(told.size(), 8u);
  EXPECT_EQ(told.at("version"), "1.2.3");
  EXPECT_EQ(told.at("revision"), "abc\"def");
  EXPECT_EQ(told.at("os"), "linux");
#ifdef __x86_64__
  EXPECT_EQ(told.at("arch"), "x86_64");
#endif
#ifdef __clang__
  EXPECT_EQ(told.at("compiler"), "clang");
  EXPECT_TRUE(told.at("compiler_version").starts_with(std::to_string(__clang_major__) + "."));
#else
  EXPECT_EQ(told.at("compiler"), "gcc");
  EXPECT_EQ(told.at("compiler_version"), __VERSION__);
#endif
}

TEST(BuildInfo, IsOfTheTranslationUnitThatRegistersIt) {
  Registry here;
  Registry there;
  register_build_info(here);
  register_build_info_with_assertions(there);

#ifdef NDEBUG
  EXPECT_EQ(labels(here).at("build_type"), "release");
#else
  EXPECT_EQ(labels(here).at("build_type"), "debug");
#endif
  EXPECT_EQ(labels(there).at("build_type"), "debug");
}

TEST(BuildInfo, LeavesOutWhatIsEmpty) {
  Registry registry;
  register_build_info(registry);

  EXPECT_FALSE(labels(registry).contains("version"));
  EXPECT_FALSE(labels(registry).contains("revision"));
  EXPECT_TRUE(labels(registry).contains("cxx_standard"));
}

TEST(BuildInfo, IsRegisteredOnce) {
  Registry registry;
  register_build_info(registry);
  const std::string once = to_text(registry);

  register_build_info(registry);

  EXPECT_EQ(to_text(registry), once);
  EXPECT_THROW(register_build_info(registry, {.version = "2"}), std::invalid_argument);
}

}  // namespace
}  // namespace vitals
