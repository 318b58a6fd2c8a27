#!/usr/bin/env python3
"""What must not compile says why, in a sentence; what must compile does. With g++ and clang++, whichever are there."""
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

root = Path(sys.argv.pop(1))
COMPILERS = [name for name in ("g++", "clang++") if shutil.which(name)]

NAMES_ALONE = 'vitals: give label names alone, each a text: counter("a_total", "Help.", {"zone"}); their values come later: .with("a")'
NAMES = 'vitals: give a list of names, each a text: {"starting", "serving"}'
LABELS_FIRST = "vitals: label names come right after the help text, before buckets and other options"
KNOWN = "vitals: how many labels there are must be known when this is compiled"
PAIRS = "vitals: give each label as a pair of its name and its value"
NAMED = "vitals: a DynamicFamily takes labels with their names, as a list or a range of pairs"
RUN_TIME = "names that are known only when the program runs as vitals::LabelNames{names}"
VALUES_ALONE = 'vitals: with() takes label values alone, in the order in which their names were declared, without braces: with("mail")'
VALUE = "vitals: a label value is a text, an integer, a bool, or an enumeration with a label_text()"
WITH = "vitals: with() takes as many values as the family has label names"

# Each case is compiled beside all others, so texts of other lengths keep their types apart: P is {{"zone", "a"}}.
REFUSED = [
    ('registry.counter("a_total", "A.", P);', NAMES_ALONE),
    ('registry.counter("a_total", "A.", P, {.unit = "bytes"});', NAMES_ALONE),
    ('registry.counter("a_total", "A.", {{"zone", "a"}, {"x", "y"}});', NAMES_ALONE),
    ('registry.counter("a_total", "A.", {"zone", {"x of one", "y"}});', NAMES_ALONE),
    ('std::string zone; registry.counter("a_total", "A.", {{"zone", zone}});', NAMES_ALONE),
    ('registry.gauge("a", "A.", P);', NAMES_ALONE),
    ('registry.histogram("a", "A.", P);', NAMES_ALONE),
    ('registry.histogram("a", "A.", P, vitals::Buckets{1});', NAMES_ALONE),
    ('registry.histogram("a", "A.", P, vitals::Native{});', NAMES_ALONE),
    ('registry.summary("a", "A.", {{"zone", "a"}});', NAMES_ALONE),
    ('registry.summary("a", "A.", P, {.slices = 2});', NAMES_ALONE),
    ('registry.peak_gauge("a", "A.", P);', NAMES_ALONE),
    ('registry.state_set("a", "A.", P, {"on"});', NAMES_ALONE),
    ('registry.state_set("a", "A.", P);', NAMES),
    ('registry.state_set("a", "A.", {"x"}, P);', NAMES),
    ('registry.untyped("a", "A.", P);', NAMES_ALONE),
    ('auto t = registry.gauge_callback("a", "A.", P, [](vitals::Samples<1>&) {});', NAMES_ALONE),
    ('auto t = registry.counter_callback("a_total", "A.", P, [](vitals::Samples<1>&) {});', NAMES_ALONE),
    ('(void)vitals::testing::compare(registry, "", P);', NAMES),
    ('registry.counter("a_total", "A.", {"x", "y"}).with("1");', WITH),
    ('registry.counter("a_total", "A.", {"x"}).with("1", 2, true);', WITH),
    ('registry.counter("a_total", "A.", {"x"}).remove("1", "2");', WITH.replace("with", "remove")),
    ('auto s = registry.counter("a_total", "A.", {"x"}).scoped();', WITH.replace("with", "scoped")),
    ('registry.histogram("a", "A.", {"x"}).with_bounds({1, 2});', WITH.replace("with() takes", "with_bounds() takes the bounds, and")),
    ('registry.counter("a_total", "A.", {"x"}).with_bounds({1, 2}, "1");',
     "vitals: with_bounds() is for families of histograms"),
    ('vitals::bound(registry.counter("a_total", "A.", {"x"}), vitals::each(1), "y");',
     "vitals: bound() takes a value for each label name of the family"),
    ('vitals::bound(registry.counter("a_total", "A.", {"x"}), "y");',
     "vitals: one of the values that bound() takes is a set, made by each() or each_below()"),
    ('vitals::bound(registry.gauge("a", "A.", {"x", "y"}), vitals::each(1), vitals::each(2));',
     "vitals: one of the values that bound() takes is a set, made by each() or each_below()"),
    ('vitals::bound(registry.gauge("a", "A.", {"x", "y"}), vitals::each(1), 0.5);',
     "vitals: the values that bound() takes are a set, made by each(), and label values"),
    ('(void)vitals::each("a");', "vitals: each() takes the values of a closed set, at least one"),
    ("(void)vitals::each();", "vitals: each() takes the values of a closed set, at least one"),
    ("(void)vitals::each(1, 2U);", "vitals: the values that each() takes must be of one type"),
    ('registry.counter("a_total", "A.", {"queue"}).with({{"queue", "mail"}});', VALUES_ALONE),
    ('registry.counter("a_total", "A.", {"queue", "result"}).with({"mail", "ok"}).inc();', VALUES_ALONE),
    ('registry.counter("a_total", "A.", {"queue"}).with({"mail"}).inc();', VALUES_ALONE),
    ('registry.counter("a_total", "A.", {"a", "b", "c"}).with({}).inc();', VALUES_ALONE),
    ('registry.counter("a_total", "A.", {"size"}).with(3.5).inc();', VALUE),
    ('registry.counter("a_total", "A.", {"size", "x"}).with("a", 3.5F).inc();', VALUE),
    ('registry.counter("a_total", "A.", {"size"}).with(nullptr).inc();', VALUE),
    ("registry.counter(\"a_total\", \"A.\", {\"size\"}).with('a').inc();", VALUE),
    ('enum class Color { Red }; registry.counter("a_total", "A.", {"color"}).with(Color::Red).inc();', VALUE),
    ('registry.counter("a_total", "A.", {"size"}).remove(std::array{4.5});', VALUE),
    ('auto s = registry.counter("a_total", "A.", {"size"}).scoped(std::vector{5.5});', VALUE),
    ('auto t = registry.gauge_callback("a", "A.", {"size"}, [](vitals::Samples<1>& out) { out.add(1, 6.5L); });', VALUE),
    ('auto t = registry.gauge_callback("a", "A.", {"x"}, [](vitals::Samples<1>& out) { out.add(1); });',
     "vitals: add() takes the number and as many values as there are label names"),
    ('registry.histogram("a", "A.", vitals::Buckets{1}, {"x"});', LABELS_FIRST),
    ('registry.histogram("a", "A.", {0.1, 1}, {"x", "y"});', LABELS_FIRST),
    ('registry.histogram("a", "A.", vitals::Native{}, {"x", "y", "z"});', LABELS_FIRST),
    ('registry.summary("a", "A.", vitals::SummaryOptions{}, {"x"});', LABELS_FIRST),
    ('registry.peak_gauge("a", "A.", vitals::PeakOptions{}, {"x"});', LABELS_FIRST),
    ('registry.scope({.prefix = "a_"}).counter("a_total", "A.", P);', NAMES_ALONE),
    ('const vitals::Scope& scope = registry; scope.histogram("a", "A.", {1}, {"x", "y", "z", "w"});', LABELS_FIRST),
    ('std::vector<std::string> names; registry.counter("a_total", "A.", names);', KNOWN),
    ('std::vector<const char*> names; registry.counter("a_total", "A.", names);', RUN_TIME),
    ('registry.counter("a_total", "A.", vitals::LabelNames{{"x of three", "y"}});', NAMES_ALONE),
    ('registry.counter("a_total", "A.", vitals::LabelNames{"x"}).with("GET");', NAMED),
    ('registry.gauge("a", "A.", vitals::LabelNames{"x"}).with("GET", 200);', NAMED),
    ('registry.summary("a", "A.", vitals::LabelNames{"x"}).with(std::vector<std::string>{"GET"});', NAMED),
    ('registry.untyped("a", "A.", vitals::LabelNames{"x"}).with(std::map<std::string, double>{});', NAMED),
    ('registry.counter("a_total", "A.", vitals::LabelNames{"x"}).remove("GET");', NAMED),
    ('registry.gauge("a", "A.", vitals::LabelNames{"x"}).remove("GET", 200);', NAMED),
    ('auto s = registry.gauge("a", "A.", vitals::LabelNames{"x"}).scoped("GET");', NAMED),
    ('registry.histogram("a", "A.", vitals::LabelNames{"x"}).with({"a"});', PAIRS),
    ('registry.histogram("a", "A.", vitals::LabelNames{"x"}).with({"aa", "aa"});', PAIRS),
    ('registry.histogram("a", "A.", vitals::LabelNames{"x"}).with({{"x", "y", "z"}});', PAIRS),
    ('registry.histogram("a", "A.", vitals::LabelNames{"x"}).with({{"x", 0.5}});', PAIRS),
    ('registry.histogram("a", "A.", vitals::LabelNames{"x"}).remove_matching({"aaa"});', PAIRS),
    ('registry.histogram("a", "A.", vitals::Buckets{1}, vitals::LabelNames{"x"});', LABELS_FIRST),
    ('registry.summary("a", "A.", vitals::SummaryOptions{}, vitals::LabelNames{"x"});', LABELS_FIRST),
    ('std::vector<std::string_view> names; registry.histogram("a", "A.", names, vitals::Buckets{1});', KNOWN),
]
REFUSED = [(code.replace("P", '{{"zone", "a%s"}}' % ("_" * i)) if re.search(r"\bP\b", code) else code, message)
           for i, (code, message) in enumerate(REFUSED, 2)]

# What is deleted: a compiler shows the line where it is, with a comment that says what to write.
DELETED = [
    ('auto c = registry.counter("a_total", "A.");', "keep a reference: auto& c = registry.counter("),
    ('vitals::Counter c = registry.counter("a_total", "A.");', "keep a reference: auto& c = registry.counter("),
    ('auto g = registry.gauge("a", "A.");', "keep a reference: auto& g = registry.gauge("),
    ('auto h = registry.histogram("a", "A.");', "keep a reference: auto& h = registry.histogram("),
    ('auto s = registry.summary("a", "A.");', "keep a reference: auto& s = registry.summary("),
    ('auto g = registry.peak_gauge("a", "A.");', "keep a reference: auto& g = registry.peak_gauge("),
    ('auto s = registry.state_set("a", "A.", {"on"});', "keep a reference: auto& s = registry.state_set("),
    ('auto i = registry.info("a", "A.", {{"version", "1.0"}});', "keep a reference: auto& i = registry.info("),
    ('auto f = registry.counter("a_total", "A.", {"x"});', "keep a reference: auto& f = registry.counter("),
    ('auto f = registry.gauge("a", "A.", vitals::LabelNames{"x"});', "keep a reference: auto& f = registry.counter("),
    ('auto c = registry.counter("a_total", "A.", {"x"}).with("a");', "keep a reference: auto& c = registry.counter("),
    ('registry.counter("a_total", "A.", {"x"}).inc();', "family.with(<its label values>).inc()"),
    ('registry.counter("a_total", "A.", {"x"}).inc(2);', "family.with(<its label values>).inc()"),
    ('registry.counter("a_total", "A.", {"x"}).add(0.5);', "family.with(<its label values>).add("),
    ('registry.gauge("a", "A.", {"x", "y"}).dec();', "family.with(<its label values>).dec()"),
    ('registry.gauge("a", "A.", {"x"}).set(1);', "family.with(<its label values>).set("),
    ('registry.histogram("a", "A.", {"x"}).observe(0.5);', "family.with(<its label values>).observe("),
    ('auto t = registry.histogram("a", "A.", {"x"}).time();', "family.with(<its label values>).time()"),
    ('auto v = registry.counter("a_total", "A.", {"x"}).value();', "family.with(<its label values>).value()"),
    ('registry.summary("a", "A.", vitals::LabelNames{"x"}).observe(1);', "family.with(<its label values>).observe("),
]

# The whole of what must go on compiling, without a warning.
ALLOWED = """
static constexpr std::array<std::string_view, 2> kNames{"x", "y"};
static constexpr std::string_view kViews[] = {"x", "y"};
static constexpr const char* kTexts[] = {"x", "y"};
const std::string text = "x";
registry.counter("a_total", "A.", {}).inc();
registry.counter("a_total", "A.", {.unit = "bytes"}).inc();
registry.counter("a_total", "A.", {"x"}).with(1).inc();
registry.counter("a_total", "A.", {"x"}, {.max_series = 3}).with(1).inc();
registry.counter("a_total", "A.", {text, std::string_view{text}, text.c_str(), "y"}).with(1, true, text, "").inc();
registry.counter("a_total", "A.", kNames).with("1", 2).inc();
registry.counter("a_total", "A.", kViews, {.max_series = 3}).with("1", 2).inc();
registry.counter("a_total", "A.", kTexts).with("1", 2).inc();
vitals::Family<vitals::Counter, 2>& family = registry.counter("a_total", "A.", std::array{"x", "y"});
family.remove_matching({{"x", "1"}});
vitals::bound(registry.counter("a_total", "A.", {"x"}), vitals::each(false, true))[true].inc();
vitals::bound(registry.gauge("a", "A.", {"x", "y"}), text, vitals::each_below(3))[1].set(1);
registry.gauge("a", "A.", {"x", "y"}, {.unit = "bytes"}).with(1, 2).set(1);
registry.gauge("a", "A.", kNames).with(1, 2).set(1);
registry.histogram("a", "A.", {0.1, 1}, {.unit = "seconds"}).observe(1);
registry.histogram("a", "A.", {"x"}, {0.1, 1}, {.unit = "seconds"}).with(1).observe(1);
registry.histogram("a", "A.", {"x"}, {1, 2}, vitals::Native{}).with(1).observe(1);
registry.histogram("a", "A.", {"x", "y"}).with_bounds({1, 2}, "1", 2).observe(1);
registry.histogram("a", "A.", {"x"}).with_bounds(vitals::Buckets::latency(), true).observe(1);
registry.histogram("a", "A.", kNames).with(1, 2).observe(1);
registry.histogram("a", "A.", kNames, {0.1, 1}, {.unit = "seconds"}).with(1, 2).observe(1);
registry.histogram("a", "A.", kNames, vitals::Native{}).with(1, 2).observe(1);
registry.histogram("a", "A.", kNames, {1, 2}, vitals::Native{}).with(1, 2).observe(1);
registry.histogram("a", "A.", vitals::Buckets{std::vector<double>{1, 2}}, {}).observe(1);
static const std::vector<double> bounds{1, 2};
registry.histogram("a", "A.", vitals::Buckets{bounds}).observe(1);
registry.histogram("a", "A.", vitals::Buckets(bounds)).observe(1);
registry.histogram("a", "A.", vitals::Buckets({bounds.begin(), bounds.end()})).observe(1);
registry.histogram("a", "A.", vitals::Buckets{std::array{0.5, 1.0}}).observe(1);
registry.histogram("a", "A.", vitals::Buckets{vitals::Buckets::latency().bounds().first(3)}).observe(1);
registry.summary("a", "A.", {}).observe(1);
registry.summary("a", "A.", {{0.5, 0.9}}).observe(1);
registry.summary("a", "A.", {.quantiles = {0.5}}).observe(1);
registry.summary("a", "A.", {"x", "y"}, {.slices = 3}).with(1, 2).observe(1);
registry.summary("a", "A.", kNames, {.slices = 3}).with(1, 2).observe(1);
registry.peak_gauge("a", "A.", {std::chrono::seconds{3}}).set(1);
registry.peak_gauge("a", "A.", {"x"}, {std::chrono::seconds{3}}).with(1).set(1);
registry.peak_gauge("a", "A.", kNames).with(1, 2).set(1);
registry.state_set("a", "A.", {"on", "off"}, {.max_series = 1}).set("on");
registry.state_set("a", "A.", {"x"}, {"on", text}).with(1).set("on");
registry.state_set("a", "A.", kNames, {"on"}).with(1, 2).set("on");
registry.untyped("a", "A.", {"x"}).with(1).set(1);
registry.untyped("a", "A.", kNames).with(1, 2).set(1);
auto first = registry.gauge_callback("a", "A.", {"x"}, [](vitals::Samples<1>& out) { out.add(1, "x"); });
auto second = registry.counter_callback("a_total", "A.", kNames, [](vitals::Samples<2>& out) { out.add(1, "x", 2); });
auto third = registry.gauge_callback("a", "A.", [] { return 1.0; });
std::vector<std::string> names{"x", "y"};
std::map<std::string, std::string> labels{{"x", "1"}};
registry.counter("a_total", "A.", vitals::LabelNames{names}).with({{"x", "1"}, {"y", 2}}).inc();
registry.counter("a_total", "A.", vitals::LabelNames{"x", "y"}, {.max_series = 3}).with(labels).inc();
vitals::DynamicFamily<vitals::Counter>& dynamic = registry.counter("a_total", "A.", vitals::LabelNames::any());
dynamic.with({}).inc();
dynamic.remove({{"x", text}});
dynamic.remove_matching(labels);
registry.histogram("a", "A.", vitals::LabelNames{kNames}, {0.1, 1}, {.unit = "seconds"}).with({{"x", true}}).observe(1);
registry.histogram("a", "A.", vitals::LabelNames{kNames}, {1, 2}, vitals::Native{}).with({}).observe(1);
registry.summary("a", "A.", vitals::LabelNames{"x"}, {.slices = 3}).with(std::vector<vitals::Label>{}).observe(1);
registry.peak_gauge("a", "A.", vitals::LabelNames{"x"}, {std::chrono::seconds{3}}).with({{"x", "1"}}).set(1);
registry.state_set("a", "A.", vitals::LabelNames{kTexts}, {"on"}).with({{"x", "1"}}).set("on");
auto of_run_time = registry.gauge_callback("a", "A.", vitals::LabelNames{"x"}, [](vitals::DynamicSamples& out) { out.add(1, {}); });
registry.info("a", "A.", {{"version", "1.0"}});
registry.info("a", "A.", {{"version", "1.0"}, {"revision", "a"}});
const vitals::Scope scope = registry.scope({.prefix = "a_", .labels = {{"b", "c"}}}).scope({.prefix = "d_"});
scope.counter("a_total", "A.", {.exact_name = true}).inc();
scope.counter("a_total", "A.", {"x"}, {.exact_name = true}).with(1).inc();
scope.gauge("a", "A.", kNames).with(1, 2).set(1);
scope.histogram("a", "A.", {"x"}, {1, 2}, vitals::Native{}).with(1).observe(1);
auto fourth = scope.gauge_callback("a", "A.", kNames, [](vitals::Samples<2>& out) { out.add(1, "x", 2); });
scope.info("a", "A.", {{"version", "1.0"}});
static_assert(!std::is_copy_constructible_v<vitals::Counter> && !std::is_move_constructible_v<vitals::Histogram>);
static_assert(!std::is_copy_constructible_v<vitals::Family<vitals::Gauge, 1>> && std::is_standard_layout_v<vitals::Family<vitals::Gauge, 1>>);
constexpr auto is_no_metric = []<class Any>(Any*) { return !requires(Any& any) { any.inc(); } && !requires(Any& any) { any.observe(1); }; };
static_assert(is_no_metric(static_cast<vitals::Family<vitals::Counter, 1>*>(nullptr)));
static_assert(is_no_metric(static_cast<vitals::DynamicFamily<vitals::Counter>*>(nullptr)));
[](const vitals::Scope& any, vitals::Scope copy) { any.gauge("a", "A."); copy.gauge("a", "A."); }(registry, registry);
(void)vitals::testing::compare(registry, "", {"a", "b"});
"""

# Dropped, what must be kept.
WARNED = [
    ('registry.gauge_callback("a", "A.", [] { return 1.0; });', "its end takes the callback or collector out at once"),
    ("registry.add_collector([](auto&) {});", "its end takes the callback or collector out at once"),
    ('registry.histogram("a", "A.").time();', "it observes at its end"),
    ('registry.counter("a_total", "A.", {"x"}).scoped(1);', "its end removes the series"),
    ('registry.counter("a_total", "A.", vitals::LabelNames{"x"}).scoped({{"x", 1}});', "its end removes the series"),
    ('registry.counter("a_total", "A.").count_exceptions();', "it counts the exception that ends its scope"),
]



def program(*functions):
    """Each function is one line, the first of which is line 6."""
    return ("#include <array>\n#include <map>\n#include <vector>\n#include <vitals/testing.hpp>\n"
            "#include <vitals/vitals.hpp>\n" +
            "".join(f"void use{i}([[maybe_unused]] vitals::Registry& registry) {{ {' '.join(body.split(chr(10)))} }}\n"
                    for i, body in enumerate(functions)))


def compile_it(compiler, source, *flags):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "it.cpp"
        file.write_text(source)
        every_error = "-ferror-limit=0" if compiler == "clang++" else "-fmax-errors=0"
        done = subprocess.run([compiler, "-fsyntax-only", "-std=c++20", every_error, "-I", root / "include", *flags, file],
                              capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
        # clang writes quotes in the messages of static_assert as the source does.
        return done.returncode, done.stderr.replace('\\"', '"')


def errors_by_line(output):
    """(line of it.cpp, message) of each error. g++ says before the message where it comes from, clang++ after it."""
    found, line, message = [], None, None
    for text in output.splitlines():
        here = re.match(r"\S*it\.cpp:(\d+):", text)
        error = re.search(r"\berror: (.*)", text)
        if error:
            if message is not None:
                found.append((line, message))
                line = None
            message = error.group(1)
            if "In instantiation" not in output and here:
                line = int(here.group(1))
        elif here and ("required from here" in text or "requested here" in text):
            if "required from here" in text and message is not None:
                found.append((line, message))
                message = None
            line = int(here.group(1))
    if message is not None:
        found.append((line, message))
    return found


class Compile(unittest.TestCase):
    def test_refusals_say_why(self):
        for compiler in COMPILERS:
            status, output = compile_it(compiler, program(*(code for code, _ in REFUSED)), "-Wall")
            self.assertNotEqual(status, 0)
            found = errors_by_line(output)
            for line, (code, message) in enumerate(REFUSED, 6):
                with self.subTest(compiler=compiler, code=code):
                    of_line = [text for at, text in found if at == line]
                    self.assertEqual(len(of_line), code.count('{"x", "y"}}') + 1, found)
                    for text in of_line:
                        self.assertIn(message, text)

    def test_deleted_functions_show_what_to_write(self):
        for compiler in COMPILERS:
            status, output = compile_it(compiler, program(*(code for code, _ in DELETED)))
            self.assertNotEqual(status, 0)
            parts = re.split(r"^\S*it\.cpp:(\d+):\d+: error: ", output, flags=re.MULTILINE)  # each after its line's number
            for line, (code, hint) in enumerate(DELETED, 6):
                with self.subTest(compiler=compiler, code=code):
                    of_line = "".join(part for at, part in zip(parts[1::2], parts[2::2]) if at == str(line))
                    self.assertRegex(of_line, r"(?s)deleted.*" + re.escape(hint))

    def test_dropped_tokens_are_warned_of(self):
        for compiler in COMPILERS:
            status, output = compile_it(compiler, program(*(code for code, _ in WARNED)))
            self.assertEqual(status, 0, output)
            for line, (code, message) in enumerate(WARNED, 6):
                with self.subTest(compiler=compiler, code=code):
                    self.assertRegex(output, rf"it\.cpp:{line}:.*warning: .*{message}")

    def test_the_rest_compiles(self):
        for compiler in COMPILERS:
            with self.subTest(compiler=compiler):
                status, output = compile_it(compiler, program(ALLOWED), "-Wall", "-Wextra")
                self.assertEqual((status, output), (0, ""))

    # One sentence, and then nothing more but the end.
    def test_other_standards_are_told_so(self):
        for compiler in COMPILERS:
            for header in ("vitals", "counter", "testing", "lint", "http"):
                with self.subTest(compiler=compiler, header=header):
                    status, output = compile_it(compiler, f"#include <vitals/{header}.hpp>\n", "-std=c++17")
                    self.assertNotEqual(status, 0)
                    found = re.findall(r"error: .*", output)
                    self.assertIn("vitals needs C++20", found[0])
                    self.assertLessEqual(len(found), 2, output)

    def test_every_header_asks_for_the_standard(self):
        include = root / "include"

        @functools.cache
        def asks(path):
            if path.name == "abi.hpp":
                return True
            return any(asks(include / name) for name in re.findall(r"#include <(vitals/[^>]+)>", path.read_text()))

        # Which version it is may be asked first, and in any language.
        headers = sorted(path for path in include.rglob("*.hpp") if path.name != "version.hpp")
        self.assertGreater(len(headers), 50)
        self.assertEqual([path.name for path in headers if not asks(path)], [])


if __name__ == "__main__":
    unittest.main()
