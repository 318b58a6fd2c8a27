#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/refusal.hpp"

namespace vitals {
namespace {

using ::testing::HasSubstr;

TEST(OpenFamily, EachSeriesHasLabelNamesOfItsOwn) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames::any());
  family.with({{"zone", "a"}, {"rack", "7"}}).inc();
  family.with({{"pod", "b"}}).inc(2);
  family.with({}).inc(3);
  family.with({{"a", 1}, {"d", 4}, {"c", 3}, {"b", 2}}).inc(4);

  EXPECT_EQ(&family.with({{"rack", "7"}, {"zone", "a"}, {"pod", ""}}), &family.with({{"zone", "a"}, {"rack", "7"}}));
  EXPECT_EQ(family.size(), 4u);
  EXPECT_EQ(to_text(registry),
            "# HELP a_total A.\n# TYPE a_total counter\na_total{rack=\"7\",zone=\"a\"} 1\na_total{pod=\"b\"} 2\n"
            "a_total 3\na_total{a=\"1\",b=\"2\",c=\"3\",d=\"4\"} 4\n");
  EXPECT_EQ(&registry.counter("a_total", "A.", LabelNames::any()), &family);
}

// Each of these is another series than all others, though the bytes of some join alike.
TEST(OpenFamily, KeepsSeriesApart) {
  using Labels = std::map<std::string, std::string>;
  Registry registry;
  auto& family = registry.gauge("a", "A.", LabelNames::any());
  const std::string longer(300, 'x');
  const std::string byte_four(1, '\4');
  std::vector<Labels> all{{},
                          {{"a", "bc"}},
                          {{"ab", "c"}},
                          {{"a", "b"}, {"c", "d"}},
                          {{"a", "bcd"}},
                          {{"a", "c"}, {"b", "d"}},
                          {{"a", longer}},
                          {{"a", longer}, {"b", longer}},
                          {{"a", longer + "b"}},
                          {{longer, "a"}}};
  // Long keys of four labels and of five, in which texts stand where the others have lengths.
  for (const char* text : {"\1", "\2", "a"}) {
    all.push_back({{"a", text}, {"b", text}, {"c", text}, {"d", text}});
    all.push_back({{"a", text}, {"b", text}, {"c", text}, {"d", text}, {"e", text}});
    all.push_back({{"a", text}, {"b", text}, {"c", text}, {"d", text}, {"e", text}, {"f", text}});
  }

  std::map<Gauge*, double> made;
  for (const Labels& labels : all) {
    Gauge& gauge = family.with(labels);
    gauge.set(static_cast<double>(made.size()));
    EXPECT_TRUE(made.emplace(&gauge, gauge.value()).second);
  }

  const auto snapshot = registry.snapshot();
  ASSERT_EQ(snapshot[0].metrics.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& shown = snapshot[0].metrics[i].labels;
    Labels labels;
    for (const auto& [name, text] : shown) labels.emplace(name, text);
    EXPECT_EQ(labels, all[i]);
    EXPECT_TRUE(std::ranges::is_sorted(shown, {}, &Label::name));
    EXPECT_EQ(&family.with(all[i]), &family.with(shown));
  }
}

TEST(OpenFamily, OrdersNamesByTheirBytes) {
  Registry registry;
  registry.gauge("a", "A.", LabelNames::any())
      .with({{"abcdefgh2", 1}, {"abcdefgh", 2}, {"abcdefg", 3}, {"abcdefgh1", 4}, {"Z", 5}, {"_", 6}, {"a", 7}})
      .set(1);

  EXPECT_THAT(to_text(registry), HasSubstr("a{Z=\"5\",_=\"6\",a=\"7\",abcdefg=\"3\",abcdefgh=\"2\",abcdefgh1=\"4\","
                                           "abcdefgh2=\"1\"} 1\n"));
}

// A length-delimited text of protobuf.
std::string field(char tag, const std::string& text) {
  return tag + std::string(1, static_cast<char>(text.size())) + text;
}

std::string label_pair(const std::string& name, const std::string& text) {
  return field('\x0A', field('\x0A', name) + field('\x12', text));
}

TEST(OpenFamily, ProtobufHasTheSameLabels) {
  Registry registry{{.labels = {{"zone", "a"}}}};
  auto& family = registry.gauge("a", "A.", LabelNames{"x", "y"});
  auto& open = registry.gauge("b", "B.", LabelNames::any());
  family.with({{"y", "1"}}).set(1);
  open.with({{"shard", "3"}, {"room", "2"}}).set(1);

  const std::string bytes = to_protobuf(registry);

  const std::string zone = label_pair("zone", "a");
  const std::string gauge = field('\x12', std::string("\x09\0\0\0\0\0\0\xF0\x3F", 9));
  EXPECT_THAT(bytes, HasSubstr(field('\x22', zone + label_pair("y", "1") + gauge)));
  EXPECT_THAT(bytes, HasSubstr(field('\x22', zone + label_pair("room", "2") + label_pair("shard", "3") + gauge)));
}

TEST(OpenFamily, RefusesNamesThatBreakARule) {
  Registry registry{{.labels = {{"zone", "a"}}}};
  auto& family = registry.counter("a_total", "A.", LabelNames::any(), {.max_series = 1});
  auto& states = registry.state_set("mode", "M.", LabelNames::any(), {"on"});
  const auto with = [&](std::string_view name) { return refusal([&] { family.with({{"ok", "1"}, {name, "1"}}); }); };
  const auto check = [&] {
    EXPECT_EQ(with("1x"),
              "vitals: metric \"a_total\": label \"1x\": a label name must match [a-zA-Z_][a-zA-Z0-9_]*; use \"_1x\"");
    EXPECT_THAT(with(""), HasSubstr("label \"\": a label name must match"));
    EXPECT_THAT(with("a.b"), HasSubstr("label \"a.b\": a label name must match"));
    EXPECT_THAT(with("\xFF"), HasSubstr("label \"\xEF\xBF\xBD\": a label name must match"));
    EXPECT_THAT(with("__x"), HasSubstr("label \"__x\": names that start with \"__\" are reserved"));
    EXPECT_THAT(with("le"), HasSubstr("label \"le\": the name is reserved for the buckets"));
    EXPECT_THAT(with("quantile"), HasSubstr("label \"quantile\": the name is reserved for the quantiles"));
    EXPECT_THAT(with("zone"), HasSubstr("label \"zone\": it is a constant label, which every series has; rename"));
    EXPECT_THAT(with("ok"), HasSubstr("label \"ok\" is given twice"));
    EXPECT_THAT(with("vitals_overflow"), HasSubstr("label \"vitals_overflow\": the name is reserved for the series"));
    EXPECT_THAT(refusal([&] { states.with({{"mode", "1"}}); }), HasSubstr("reserved for the states"));
    EXPECT_THAT(refusal([&] { family.with({{"vitals_overflow", "true"}}); }), HasSubstr("the name is reserved"));
  };
  check();
  EXPECT_EQ(family.size(), 0u);
  EXPECT_FALSE(family.remove({{"", "1"}}));
  EXPECT_FALSE(family.remove({{"1x", "1"}}));
  EXPECT_EQ(with("y"), "nothing thrown");

  // Beyond the limit too.
  EXPECT_EQ(with("z"), "nothing thrown");
  check();
  EXPECT_EQ(family.size(), 1u);
}

TEST(OpenFamily, NamesMayBeUtf8WhereTheRegistryAllowsIt) {
  Registry registry{{.labels = {{"zone_name", "a"}}, .utf8_names = true}};
  auto& family = registry.gauge("a", "A.", LabelNames::any());
  family.with({{"m\xC3\xA9thode", "GET"}, {"a.b", "1"}}).set(1);
  family.with({{"plain", "1"}}).set(2);

  std::string text;
  expose(registry, {.format = Format::Text, .escaping = Escaping::Utf8}, text);
  EXPECT_THAT(text, HasSubstr("a{zone_name=\"a\",\"a.b\"=\"1\",\"m\xC3\xA9thode\"=\"GET\"} 1\n"
                              "a{zone_name=\"a\",plain=\"1\"} 2\n"));
  EXPECT_THAT(to_text(registry), HasSubstr("a{zone_name=\"a\",a_b=\"1\",m_thode=\"GET\"} 1\n"));
  EXPECT_THAT(to_protobuf(registry), HasSubstr(label_pair("m_thode", "GET")));
  EXPECT_THAT(refusal([&] { family.with({{"a.b", "1"}, {"a_b", "1"}}); }), HasSubstr("where names are escaped"));
  EXPECT_THAT(refusal([&] { family.with({{"zone.name", "1"}}); }), HasSubstr("where names are escaped"));
  EXPECT_THAT(refusal([&] { family.with({{"\xFF", "1"}}); }), HasSubstr("must be UTF-8 text"));
}

TEST(OpenFamily, ConstantLabelsStandFirst) {
  Registry registry{{.labels = {{"zone", "a"}}}};
  registry.gauge("b", "B.", LabelNames::any()).with({{"a", 1}}).set(1);
  registry.gauge("b", "B.", LabelNames::any()).with({}).set(2);

  EXPECT_THAT(to_text(registry), HasSubstr("b{zone=\"a\",a=\"1\"} 1\nb{zone=\"a\"} 2\n"));
  Registry clash{{.labels = {{"vitals_overflow", "a"}}}};
  EXPECT_THAT(refusal([&] { clash.gauge("b", "B.", LabelNames::any()); }), HasSubstr("label \"vitals_overflow\""));
}

// Of client values that look like ours.
TEST(OpenFamily, OverflowSeriesIsNobodysByChance) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames::any(), {.max_series = 1});
  auto& own = family.with({{"overflow", "true"}});
  auto& overflow = family.with({{"x", "1"}});

  EXPECT_NE(&own, &overflow);
  EXPECT_THAT(refusal([&] { family.with({{"vitals_overflow", "true"}}); }), HasSubstr("is reserved"));
  EXPECT_TRUE(family.remove({{"vitals_overflow", "true"}}));
  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total{overflow=\"true\"} 0\n");
}

}  // namespace
}  // namespace vitals
