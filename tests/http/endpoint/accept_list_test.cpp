#include "http/endpoint/accept_list.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(AcceptList, OrdersByQAndKeepsTheOrderOfEquals) {
  const AcceptList list{"a;q=0.5, b, c;q=0.5 ,d;q=0.9"};

  std::string order;
  for (const auto& value : list.clauses()) order += value.value;
  EXPECT_EQ(order, "bdac");
}

TEST(AcceptList, ReadsParametersOfAnyCaseAndQuoting) {
  const AcceptList list{"text/plain ; Version = \"0.0.4\";escaping=a;escaping=b; q=0.25;x"};

  ASSERT_EQ(list.clauses().size(), 1u);
  const AcceptClause& value = list.clauses()[0];
  EXPECT_EQ(value.value, "text/plain");
  EXPECT_EQ(value.parameter("version"), "0.0.4");
  EXPECT_EQ(value.parameter("ESCAPING"), "a");
  EXPECT_EQ(value.parameter("none"), "");
  EXPECT_EQ(value.q, 250);
}

TEST(AcceptList, SeparatorsInQuotesSeparateNothing) {
  const AcceptList list{R"(a;x="1,2;q=0\",3";q=0.5,b)"};

  ASSERT_EQ(list.clauses().size(), 2u);
  EXPECT_EQ(list.clauses()[0].value, "b");
  EXPECT_EQ(list.clauses()[1].q, 500);
  EXPECT_EQ(list.clauses()[1].parameter("x"), R"(1,2;q=0\",3)");
}

TEST(AcceptList, TakesOnlyNumbersForQ) {
  const auto q = [](std::string_view header) { return AcceptList{header}.q_of("a"); };

  EXPECT_EQ(q("a"), 1000);
  EXPECT_EQ(q("a;q=1"), 1000);
  EXPECT_EQ(q("a;q=0.001"), 1);
  EXPECT_EQ(q("a;q=0.0009"), 0);
  EXPECT_EQ(q("a;q=2.5"), 1000);
  EXPECT_EQ(q("a;q=0."), 0);
  for (const auto* nonsense : {"a;q=abc", "a;q=1e309", "a;q=-1", "a;q=", "a;q=nan", "a;q=0x1", "a;q"}) {
    EXPECT_EQ(q(nonsense), 0) << nonsense;
  }
  EXPECT_EQ(q("b"), -1);
}

TEST(AcceptList, ReadsABoundedPartOfWhatIsSent) {
  std::string clauses;
  for (int i = 0; i < 10'000; ++i) clauses += "a,";
  EXPECT_EQ(AcceptList{clauses}.clauses().size(), AcceptList::kMaxClauses);

  const std::string spaces(AcceptList::kMaxBytes, ' ');
  EXPECT_TRUE(AcceptList{spaces + "a"}.clauses().empty());
  EXPECT_TRUE(AcceptList{std::string(100'000, '"')}.clauses().size() <= 1);
  EXPECT_TRUE(AcceptList{",,;;,\\\","}.clauses().size() <= AcceptList::kMaxClauses);
}

}  // namespace
}  // namespace vitals::detail
