// The protobuf format. Bodies are written field by field, so that each can be wrong.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <protozero/pbf_writer.hpp>

#include <vitals/lint.hpp>

#include "lint/lint_cases.hpp"

namespace vitals {
namespace {

using protozero::pbf_writer;

/// A message from a function that writes its fields.
template <class Write>
std::string message(const Write& write) {
  std::string bytes;
  pbf_writer writer{bytes};
  write(writer);
  return bytes;
}

std::string delimited(const std::string& bytes) {
  std::string body;
  protozero::write_varint(std::back_inserter(body), bytes.size());
  return body + bytes;
}

enum Type { kCounterType, kGaugeType, kSummaryType, kUntypedType, kHistogramType };

std::string family(const std::string& name, int type, const std::vector<std::string>& metrics,
                   const std::string& unit = "") {
  return delimited(message([&](pbf_writer& writer) {
    writer.add_string(1, name);
    writer.add_string(2, "Help.");
    writer.add_enum(3, type);
    for (const auto& metric : metrics) writer.add_message(4, metric);
    if (!unit.empty()) writer.add_string(5, unit);
  }));
}

std::string label(const std::string& name, const std::string& value) {
  return message([&](pbf_writer& writer) {
    writer.add_string(1, name);
    writer.add_string(2, value);
  });
}

using Labels = std::vector<std::pair<std::string, std::string>>;

std::string metric(int field, const std::string& payload, const Labels& labels = {}) {
  return message([&](pbf_writer& writer) {
    for (const auto& [name, value] : labels) writer.add_message(1, label(name, value));
    writer.add_message(static_cast<unsigned>(field), payload);
  });
}

std::string number(double value) {
  return message([&](pbf_writer& writer) { writer.add_double(1, value); });
}

std::string gauge(double value, const Labels& labels = {}) { return metric(2, number(value), labels); }

std::string exemplar(double value, bool timestamp = true, const std::string& text = "1") {
  return message([&](pbf_writer& writer) {
    writer.add_message(1, label("t", text));
    writer.add_double(2, value);
    if (timestamp) writer.add_message(3, message([](pbf_writer& time) { time.add_int64(1, 1); }));
  });
}

std::string bucket(double bound, std::uint64_t count, const std::string& exemplar_bytes = "") {
  return message([&](pbf_writer& writer) {
    writer.add_uint64(1, count);
    writer.add_double(2, bound);
    if (!exemplar_bytes.empty()) writer.add_message(3, exemplar_bytes);
  });
}

std::string classic(std::uint64_t count, double sum, const std::vector<std::string>& buckets) {
  return message([&](pbf_writer& writer) {
    writer.add_uint64(1, count);
    writer.add_double(2, sum);
    for (const auto& one : buckets) writer.add_message(3, one);
  });
}

struct Native {
  std::uint64_t count = 3;
  double sum = 1;
  int schema = 3;
  double zero_threshold = 0.1;
  std::uint64_t zero_count = 0;
  std::vector<std::pair<int, unsigned>> spans{{0, 2}};
  std::vector<std::int64_t> deltas{1, 1};
  std::vector<double> floats{};
  std::string exemplar_bytes{};
};

std::string native(const Native& from) {
  return message([&](pbf_writer& writer) {
    writer.add_uint64(1, from.count);
    writer.add_double(2, from.sum);
    writer.add_sint32(5, from.schema);
    writer.add_double(6, from.zero_threshold);
    writer.add_uint64(7, from.zero_count);
    for (const auto& [offset, length] : from.spans) {
      writer.add_message(12, message([offset = offset, length = length](pbf_writer& span) {
                           span.add_sint32(1, offset);
                           span.add_uint32(2, length);
                         }));
    }
    writer.add_packed_sint64(13, from.deltas.begin(), from.deltas.end());
    writer.add_packed_double(14, from.floats.begin(), from.floats.end());
    if (!from.exemplar_bytes.empty()) writer.add_message(16, from.exemplar_bytes);
  });
}

std::string summary(const std::vector<double>& quantiles) {
  return message([&](pbf_writer& writer) {
    writer.add_uint64(1, 1);
    writer.add_double(2, 1);
    for (const double quantile : quantiles) {
      writer.add_message(3, message([&](pbf_writer& inner) {
                           inner.add_double(1, quantile);
                           inner.add_double(2, 5);
                         }));
    }
  });
}

std::string histogram(const std::string& payload) { return family("h", kHistogramType, {metric(7, payload)}); }

/// The only problem of the body has this rule, and is in the first message.
void expect_only(const char* rule, const std::string& body, LintProblem::Severity severity = kError) {
  const auto problems = lint_exposition(body, LintFormat::Protobuf);
  ASSERT_EQ(problems.size(), 1U) << rule << "\n" << shown(problems);
  EXPECT_EQ(problems.front().rule, rule) << shown(problems);
  EXPECT_EQ(problems.front().severity, severity) << shown(problems);
  EXPECT_EQ(problems.front().line, 1U) << shown(problems);
}

void expect_clean(const std::string& body) { EXPECT_EQ(shown(lint_exposition(body, LintFormat::Protobuf)), ""); }

TEST(LintProtobuf, ValidBodies) {
  expect_clean("");
  expect_clean(family("a", kGaugeType, {gauge(1)}));
  expect_clean(family("a_seconds_total", kCounterType, {metric(3, number(1))}, "seconds"));
  expect_clean(family("a", kGaugeType, {}));  // OpenMetrics allows it, Prometheus skips it
  expect_clean(family("a", kUntypedType, {metric(5, number(NAN))}));
  expect_clean(family("a", kGaugeType, {gauge(1, {{"x", "1"}}), gauge(1, {{"x", "2"}})}) +
               family("b", kGaugeType, {gauge(1)}));
  expect_clean(histogram(classic(2, 1, {bucket(1, 1, exemplar(0.5)), bucket(2, 2)})));
  expect_clean(histogram(classic(2, 1, {bucket(1, 1), bucket(INFINITY, 2)})));
  expect_clean(histogram(native({})));
  expect_clean(histogram(native({.schema = -53})));
}

TEST(LintProtobuf, SaysWhereInTheBody) {
  const auto first = family("a", kGaugeType, {gauge(1)});
  const auto body = first + family("b_total", kCounterType, {metric(3, number(-1), {{"x", "1"}})});

  const auto problems = lint_exposition(body, LintFormat::Protobuf);

  ASSERT_EQ(problems.size(), 1U) << shown(problems);
  EXPECT_EQ(problems.front().rule, "counter-negative");
  EXPECT_EQ(problems.front().line, 2U);
  EXPECT_EQ(problems.front().column, body.size() - number(-1).size());
  EXPECT_EQ(problems.front().metric, "b_total metric[0]");
}

TEST(LintProtobuf, Framing) {
  const auto good = family("a", kGaugeType, {gauge(1)});
  for (std::size_t size = 1; size < good.size(); ++size) expect_only("protobuf-truncated", good.substr(0, size));
  expect_only("protobuf-truncated", "\xff\xff");
  expect_only("protobuf-truncated", "\x05");
  expect_only("protobuf-malformed", delimited("\xff"));
  expect_only("protobuf-malformed", std::string(1, '\0'));
  expect_only("wire-type", delimited(message([](pbf_writer& writer) {
                writer.add_string(1, "a");
                writer.add_string(2, "Help.");
                writer.add_enum(3, kGaugeType);
                writer.add_message(4, gauge(1));
                writer.add_uint64(5, 1);
              })));
}

TEST(LintProtobuf, AnotherFormatIsOneProblem) {
  const std::string text = head("a", "gauge") + "a 1\n";
  for (const auto& body : {text, std::string{"a 1\n"}, std::string{"{\"error\": \"not found\"}"},
                           head("bytes", "gauge"), std::string{"<html>\n<body>\u00e9</body></html>\n"}}) {
    expect_only("protobuf-malformed", body);
    EXPECT_NE(shown(lint_exposition(body, LintFormat::Protobuf)).find("no delimited protobuf: it is text"),
              std::string::npos);
  }
  expect_only("protobuf-malformed", family("a", kGaugeType, {gauge(1)}).substr(1));  // not delimited
}

TEST(LintProtobuf, AFamilyThatCantBeReadIsOneProblem) {
  const auto good = family("a", kGaugeType, {gauge(1)});

  const auto problems = lint_exposition(good +
                                            delimited("\x0a\x01"
                                                      "b\xff") +
                                            family("c", kGaugeType, {gauge(1)}),
                                        LintFormat::Protobuf);

  ASSERT_EQ(problems.size(), 1U) << shown(problems);
  EXPECT_EQ(problems.front().rule, "protobuf-malformed");
  EXPECT_EQ(problems.front().line, 2U);
  EXPECT_EQ(problems.front().message.find("pbf"), std::string::npos);
  expect_only("invalid-metric-name", family("", kCounterType, {metric(3, number(1))}));
  expect_only("protobuf-malformed", family("a", kGaugeType, {metric(2, "\x09\x01")}));
}

TEST(LintProtobuf, UnknownFieldsAreSkipped) {
  expect_clean(delimited(message([](pbf_writer& writer) {
    writer.add_string(1, "a");
    writer.add_string(2, "Help.");
    writer.add_enum(3, kGaugeType);
    writer.add_message(4, gauge(1));
    writer.add_uint64(99, 1);
  })));
}

TEST(LintProtobuf, Families) {
  const auto good = family("a", kGaugeType, {gauge(1)});
  expect_only("quoted-name", family("a.x", kGaugeType, {gauge(1)}), kWarning);
  expect_only("invalid-utf8", family("a\xff", kGaugeType, {gauge(1)}));
  expect_only("unknown-type", family("a", 9, {gauge(1)}));
  expect_only("payload-missing", family("a", kGaugeType, {metric(3, number(1))}));
  expect_only("payload-type", family("a", kGaugeType, {gauge(1) + metric(3, number(1))}));
  expect_only("unit-suffix", family("a", kGaugeType, {gauge(1)}, "seconds"));
  expect_only("counter-total", family("a", kCounterType, {metric(3, number(1))}), kWarning);
  const auto twice = lint_exposition(good + good, LintFormat::Protobuf);
  ASSERT_EQ(twice.size(), 1U) << shown(twice);
  EXPECT_EQ(twice.front().rule, "repeated-family");
  EXPECT_EQ(twice.front().line, 2U);
  const auto clash = lint_exposition(histogram(native({})) + family("h_count", kUntypedType, {metric(5, number(1))}),
                                     LintFormat::Protobuf);
  ASSERT_FALSE(clash.empty());
  EXPECT_EQ(clash.front().rule, "name-clash");
}

TEST(LintProtobuf, LabelsAndSeries) {
  const auto with = [](const Labels& labels) { return family("a", kGaugeType, {gauge(1, labels)}); };
  expect_only("duplicate-label", with({{"x", "1"}, {"x", "2"}}));
  expect_only("reserved-label-name", with({{"__x", "1"}}));
  expect_only("invalid-label-name", with({{"", "1"}}));
  expect_only("invalid-utf8", with({{"x", "\xff"}}));
  expect_only("empty-label-value", with({{"x", ""}}), kWarning);
  expect_only("quoted-name", with({{"x.y", "1"}}), kWarning);
  expect_only("label-names-differ",
              family("a", kGaugeType, {gauge(1, {{"x", "1"}}), gauge(1, {{"y", "1"}}), gauge(1, {{"z", "1"}})}),
              kWarning);
  expect_only("duplicate-series", family("a", kGaugeType, {gauge(1), gauge(2)}));
  expect_only("duplicate-series",
              family("a", kGaugeType, {gauge(1, {{"x", "1"}, {"y", "2"}}), gauge(2, {{"y", "2"}, {"x", "1"}})}));
}

TEST(LintProtobuf, Times) {
  const auto at = [](std::int64_t time) {
    return gauge(1, {{"x", std::to_string(time)}}) + message([&](pbf_writer& writer) { writer.add_int64(6, time); });
  };
  expect_only("explicit-timestamp", family("a", kGaugeType, {at(1'700'000'000'000), at(1'700'000'000'001)}), kWarning);
  EXPECT_EQ(lint_exposition(family("a", kGaugeType, {at(1'700'000'000)}), LintFormat::Protobuf).front().rule,
            "timestamp-unit");
}

TEST(LintProtobuf, Values) {
  expect_clean(family("s", kSummaryType, {metric(4, summary({0.5}))}));
  expect_only("quantile-range", family("s", kSummaryType, {metric(4, summary({1.5}))}));
  expect_only("counter-nan", family("a_total", kCounterType, {metric(3, number(NAN))}));
  expect_only("info-value", family("a_info", kGaugeType, {gauge(2)}), kWarning);
  const auto with_exemplar = [](const std::string& bytes) {
    return family("a_total", kCounterType,
                  {metric(3, number(1) + message([&](pbf_writer& writer) { writer.add_message(2, bytes); }))});
  };
  expect_clean(with_exemplar(exemplar(1, true, std::string(127, 'x'))));
  expect_only("exemplar-length", with_exemplar(exemplar(1, true, std::string(128, 'x'))));
  expect_only("timestamp-value", family("a_total", kCounterType, {metric(3, number(1) + message([](pbf_writer& writer) {
                                                                              writer.add_message(
                                                                                  3, message([](pbf_writer& time) {
                                                                                    time.add_int32(2, 1'000'000'000);
                                                                                  }));
                                                                            }))}));
  const auto created = [](std::int64_t seconds) {
    const auto time = message([&](pbf_writer& writer) { writer.add_int64(1, seconds); });
    const auto counter = number(1) + message([&](pbf_writer& writer) { writer.add_message(3, time); });
    return family("a_total", kCounterType, {metric(3, counter)});
  };
  expect_clean(created(-5));  // before 1970
  expect_only("timestamp-value", created(-62'135'596'801));
  expect_only("timestamp-value", created(253'402'300'800));
}

TEST(LintProtobuf, ConventionsOfManyLabels) {
  Labels labels;
  for (int i = 0; i < 300; ++i) labels.emplace_back("l" + std::to_string(i), "1");
  expect_clean(family("a", kGaugeType, {gauge(1, labels)}));
  labels.emplace_back("zY", "1");
  expect_only("camel-case", family("a", kGaugeType, {gauge(1, labels)}), kWarning);
}

TEST(LintProtobuf, ClassicHistograms) {
  expect_only("histogram-bucket-order", histogram(classic(2, 1, {bucket(2, 1), bucket(1, 2)})));
  expect_only("histogram-bucket-decreasing", histogram(classic(2, 1, {bucket(1, 2), bucket(2, 1)})));
  expect_only("histogram-count-mismatch", histogram(classic(2, 1, {bucket(1, 3)})));
  expect_only("histogram-count-mismatch", histogram(classic(2, 1, {bucket(1, 1), bucket(INFINITY, 1)})));
  expect_only("sum-nan", histogram(classic(2, NAN, {bucket(1, 1)})));
  expect_only("sum-negative", histogram(classic(2, -1, {bucket(1, 1)})), kWarning);
  expect_only("histogram-negative-buckets-sum", histogram(classic(2, 1, {bucket(-1, 1)})), kWarning);
  expect_only("le-invalid", histogram(classic(2, 1, {bucket(NAN, 1)})));
  expect_only("exemplar-value", histogram(classic(2, 1, {bucket(1, 1, exemplar(2))})));
}

TEST(LintProtobuf, NativeHistograms) {
  expect_only("native-spans", histogram(native({.spans = {{0, 3}}})));
  expect_only("native-spans", histogram(native({.spans = {{0, 1}}})));
  expect_only("native-spans", histogram(native({.spans = {{0, 1}, {-1, 1}}})));
  expect_only("native-spans", histogram(native({.deltas = {1, 1}, .floats = {1, 2}})));
  expect_only("native-negative-count", histogram(native({.count = 0, .deltas = {1, -2}})));
  expect_only("native-negative-count", histogram(native({.deltas = {}, .floats = {1, -1}})));
  expect_only("native-schema", histogram(native({.schema = 9})));
  expect_only("native-schema", histogram(native({.schema = -5})));
  expect_only("native-zero-threshold", histogram(native({.zero_threshold = -1})));
  expect_only("native-zero-threshold", histogram(native({.zero_threshold = NAN})));
  expect_only("native-count-mismatch", histogram(native({.count = 4})));
  expect_only("native-count-mismatch", histogram(native({.deltas = {std::numeric_limits<std::int64_t>::max(),
                                                                    std::numeric_limits<std::int64_t>::max()}})));
  expect_only("exemplar-timestamp", histogram(native({.exemplar_bytes = exemplar(1, false)})));
  expect_only("sum-nan", histogram(native({.count = 4, .sum = NAN})));
}

TEST(LintProtobuf, DeltasMayBeUnpacked) {
  expect_clean(histogram(message([](pbf_writer& writer) {
    writer.add_uint64(1, 3);
    writer.add_double(2, 1);
    writer.add_message(12, message([](pbf_writer& span) { span.add_uint32(2, 2); }));
    writer.add_sint64(13, 1);
    writer.add_sint64(13, 1);
  })));
}

TEST(LintProtobuf, GroupsAreUnknownFieldsToo) {
  const auto with = [](const std::string& fields) {
    return delimited(message([&](pbf_writer& writer) {
                       writer.add_string(1, "a");
                       writer.add_string(2, "Help.");
                       writer.add_enum(3, kGaugeType);
                       writer.add_message(4, gauge(1));
                     }) +
                     fields);
  };
  const std::string start = "\xe3\x03";  // of field 60
  const std::string end = "\xe4\x03";
  const std::string inner = message([](pbf_writer& writer) {
    writer.add_string(1, "text");
    writer.add_double(7, 1);
  });
  const auto times = [](int n, const std::string& text) {
    std::string all;
    for (int i = 0; i < n; ++i) all += text;
    return all;
  };
  expect_clean(with(start + end));
  expect_clean(with(start + inner + start + inner + end + end));
  expect_clean(with(times(100, start) + times(100, end)));
  for (const auto& bad : {start, end, start + start + end, start + "\xec\x03", start + inner.substr(0, 3) + end,
                          times(101, start) + times(101, end), std::string{"\x03\x04"}, start + "\xff"})
    expect_only("protobuf-malformed", with(bad));
  expect_only("wire-type", with("\x2b\x2c"));  // field 5
}

TEST(LintProtobuf, TheLabelOfATypeIsAddedByIt) {
  const auto classic_histogram = metric(7, classic(2, 1, {bucket(1, 2)}), {{"le", "1"}});
  expect_only("reserved-label", family("h", kHistogramType, {classic_histogram}));
  expect_only("reserved-label", family("h", kHistogramType, {metric(7, native({}), {{"le", "1"}})}), kWarning);
  expect_only("reserved-label", family("s", kSummaryType, {metric(4, summary({0.5}), {{"quantile", "1"}})}));
  expect_only("reserved-label", family("s", kSummaryType, {metric(4, summary({}), {{"quantile", "1"}})}), kWarning);
  expect_only("reserved-label", family("a", kGaugeType, {gauge(1, {{"le", "1"}})}), kWarning);
}

TEST(LintProtobuf, AQuantileTwiceIsASeriesTwice) {
  expect_clean(family("s", kSummaryType, {metric(4, summary({0.9, 0.5}))}));
  expect_only("duplicate-series", family("s", kSummaryType, {metric(4, summary({0.5, 0.9, 0.5}))}));
}

TEST(LintProtobuf, OneFaultIsOneProblem) {
  expect_only("native-spans", histogram(native({.spans = {{0, 4294967295U}}})));
  expect_only("wire-type", family("a", kGaugeType, {gauge(1, {{"x", "1"}}) + message([](pbf_writer& writer) {
                                                      writer.add_uint64(1, 1);
                                                      writer.add_uint64(1, 1);
                                                    })}));
}

TEST(LintFormats, AreFoundByContent) {
  EXPECT_EQ(detect_lint_format(""), LintFormat::Text);
  EXPECT_EQ(detect_lint_format("#\na 1\n"), LintFormat::Text);
  EXPECT_EQ(detect_lint_format("a 1\n# EOF\n"), LintFormat::OpenMetrics);
  for (const auto* text1 : {"{\"a.b\"} 1\n", "a 1\n{ \"a.b\", x=\"1\"} 1\n", "a{\"x.y\"=\"1\"} 1\n",
                            "a{x=\"1\",\"x.y\"=\"1\"} 1", "# HELP \"a.b\" Help.\n", "# TYPE \"a.b\" gauge\n"})
    EXPECT_EQ(detect_lint_format(text1), LintFormat::Text1) << text1;
  for (const auto* text : {"a{x=\"{\",y=\",\"} 1\n", "# HELP a Like {\"a.b\"}.\n", "# {\"a.b\"}\na 1\n"})
    EXPECT_EQ(detect_lint_format(text), LintFormat::Text) << text;
}

TEST(LintFormats, ProtobufIsAMessageThatIsNoText) {
  const auto good = family("a.b", kGaugeType, {gauge(1)});
  const auto name_last = delimited(message([](pbf_writer& writer) {
    writer.add_message(4, gauge(1));
    writer.add_enum(3, kGaugeType);
    writer.add_string(1, "a");
  }));
  for (const auto& body : {good, name_last, family(std::string(30, 'a'), kGaugeType, {gauge(1)}),
                           family("", kGaugeType, {gauge(1)}), family("a\xff", kGaugeType, {}), good + "\xff",
                           delimited("\x0a\x01"
                                     "a\xff"),
                           good.substr(0, good.size() - 1)})
    EXPECT_EQ(detect_lint_format(body), LintFormat::Protobuf) << testing::PrintToString(body);

  // Names of ten and of 32 bytes, and a message of 97 that is field after field.
  for (const std::string text :
       {"#\n\nabcdefghij\t1\n", "#\n abcdefghijklmnopqrstuvwxyzabcdef\n", "a 1\nb{x=\"\x01\"} 1\n",
        "# HELP a Help.\na{x=\"\x01\"} 1\n", " x 1\n# HELP a b\x07 c d.\n\n# HELP a b c d.\n",
        "a 1\n# HELP b And that for a while.\x01\n", "a{x=\"\xe9\"} 1\n", "\x1f\x8b\x08\x01"})
    EXPECT_EQ(detect_lint_format(text), LintFormat::Text) << testing::PrintToString(text);
}

}  // namespace
}  // namespace vitals
