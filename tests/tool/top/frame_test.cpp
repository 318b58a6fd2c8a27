#include "tool/top/frame.hpp"

#include <clocale>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include <gmock/gmock.h>

#include "support/test_path.hpp"
#include "tool/run_tool.hpp"
#include "tool/top/painter.hpp"
#include "tool/top/plain.hpp"
#include "tool/top/service.hpp"

namespace vitals::tool {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr double kNow = 1'790'000'000;

/// The service of the check's tests, whose numbers don't change.
Model model() {
  Service service({parse_targets(builtin_targets(), "built-in targets")}, "http://127.0.0.1:9464/metrics", seconds(60));
  service.add(Service::Clock::time_point{}, kNow - 30, {read_text(data_folder() + "/before.prom"), LintFormat::Text});
  service.add(Service::Clock::time_point{seconds(30)}, kNow,
              {read_text(data_folder() + "/after.prom"), LintFormat::Text});
  return service.model();
}

Surroundings around(std::size_t columns, std::size_t rows, Charset charset = Charset::Utf8) {
  return {{columns, rows}, charset, kNow, "2s"};
}

std::string text_of(const Frame& frame) {
  std::string text;
  for (const auto& line : frame.lines) {
    auto one = line.text();
    one.erase(one.find_last_not_of(' ') + 1);
    text += one + '\n';
  }
  return text;
}

class FrameTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    ::setenv("TZ", "UTC", 1);
  }
  void TearDown() override {
    std::setlocale(LC_CTYPE, "C");
    ::unsetenv("TZ");
    ::tzset();
  }

  static void expect_golden(const std::string& name, const std::string& text) {
    if (std::getenv("WRITE_GOLDEN")) std::ofstream(test_path("golden/" + name)) << text;
    EXPECT_EQ(text, read_text(test_path("golden/" + name)));
  }
};

TEST_F(FrameTest, GoldenOf80x24) { expect_golden("top_80x24.txt", text_of(render(model(), {}, around(80, 24)))); }

TEST_F(FrameTest, GoldenOf20Columns) { expect_golden("top_20x24.txt", text_of(render(model(), {}, around(20, 24)))); }

TEST_F(FrameTest, GoldenInAscii) {
  expect_golden("top_ascii.txt", text_of(render(model(), {}, around(100, 40, Charset::Ascii))));
}

TEST_F(FrameTest, GoldenOfPlainText) { expect_golden("top_plain.txt", plain_text(model(), 5, Charset::Utf8, false)); }

TEST_F(FrameTest, HoldsToAnySize) {
  const auto shown = model();
  for (const std::size_t columns : {1U, 2U, 3U, 5U, 19U, 20U, 26U, 27U, 53U, 79U, 80U, 200U, 500U}) {
    for (const std::size_t rows : {1U, 2U, 3U, 4U, 7U, 12U, 24U, 60U}) {
      View view;
      for (view.table = 0; view.table < 6; ++view.table) {
        for (view.shows_help = false;; view.shows_help = true) {
          const auto frame = render(shown, view, around(columns, rows));
          EXPECT_LE(frame.lines.size(), rows);
          for (const auto& line : frame.lines) {
            EXPECT_LE(line.columns(), columns);
            EXPECT_EQ(columns_of(line.text(), Charset::Utf8), line.columns());
          }
          if (view.shows_help) break;
        }
      }
    }
  }
}

TEST_F(FrameTest, TextThatFollowsTextHasAllItsTimesInUtc) {
  ::setenv("TZ", "Asia/Tokyo", 1);
  ::tzset();
  auto shown = model();
  shown.event = "counters were reset";
  shown.event_at = kNow - 20;

  EXPECT_THAT(plain_text(shown, 5, Charset::Utf8, false), HasSubstr("\nat 14:13:00 UTC: counters were reset\n"));
}

TEST_F(FrameTest, TheColumnThatIsSortedByIsNeverLeftOut) {
  const auto shown = model();
  for (const std::size_t columns : {26U, 44U, 60U, 80U}) {
    View view;
    for (std::size_t i = 0; i < shown.tables[0].columns.size(); ++i) {
      view.sorts[0] = {i, true};
      EXPECT_THAT(text_of(render(shown, view, around(columns, 60))), HasSubstr("\u25bc"))
          << columns << ", column " << i;
    }
  }
}

TEST_F(FrameTest, SaysSinceWhenThereIsNoAnswerAndWhatHappened) {
  auto shown = model();
  shown.failure = "http://x: Connection refused";
  shown.failing_since = kNow - 12;
  shown.event = "the process was restarted between the scrapes";
  shown.event_at = kNow - 20;
  View view;
  view.is_paused = true;

  const auto text = text_of(render(shown, view, around(120, 24)));

  EXPECT_THAT(text, HasSubstr("no answer since 14:13:08 (12.0 s): http://x: Connection refused"));
  EXPECT_THAT(text, HasSubstr("! 14:13:00: the process was restarted"));
  EXPECT_THAT(text, HasSubstr("paused at 14:13:20"));
}

TEST_F(FrameTest, ColumnsOfTheLeastRankStayAndTheSortIsInTheHeading) {
  const auto shown = model();
  View view;
  const auto narrow = text_of(render(shown, view, around(40, 24)));
  EXPECT_THAT(narrow, HasSubstr("ENDPOINT"));
  EXPECT_THAT(narrow, HasSubstr("P95"));
  EXPECT_THAT(narrow, Not(HasSubstr("USED")));  // there is no budget
  EXPECT_THAT(narrow, Not(HasSubstr("P50")));

  view.take({Key::Kind::Text, "<"}, shown, 10);
  EXPECT_THAT(text_of(render(shown, view, around(100, 24))), HasSubstr("P50\u25bc"));
}

TEST_F(FrameTest, SortsByAnyColumnWithUnknownNumbersLast) {
  const auto shown = model();
  View view;
  for (const bool is_descending : {false, true}) {
    view.sorts[0] = {3, is_descending};
    const auto rows = shown_rows(shown, view);
    EXPECT_EQ(rows.back()->cells[3].text, "-");
    EXPECT_EQ(rows.front()->cells[3].text, is_descending ? "12.7 ms" : "3.28 ms");
  }
}

TEST_F(FrameTest, FilterIsOfTextsInLettersOfEitherCase) {
  const auto shown = model();
  View view;
  view.filter = "CLIENTS";
  EXPECT_EQ(shown_rows(shown, view).size(), 2U);

  view.filter = "nothing of this";
  EXPECT_TRUE(shown_rows(shown, view).empty());
  EXPECT_THAT(text_of(render(shown, view, around(80, 24))), HasSubstr("no row has the filter's text"));
}

TEST_F(FrameTest, ScrollsToTheLastRowAndNoFurther) {
  auto shown = model();
  View view;
  const auto page = render(shown, view, around(80, 20)).table_rows;
  for (int i = 0; i < 100; ++i) view.take({Key::Kind::PageDown}, shown, page);
  EXPECT_EQ(view.first_row + page, shown.tables[0].rows.size());

  view.take({Key::Kind::Home}, shown, page);
  EXPECT_EQ(view.first_row, 0U);
}

// Keys of all kinds in any order, on screens of any size: nothing throws, and frames fit.
TEST_F(FrameTest, AnyKeysAreFine) {
  const auto shown = model();
  std::mt19937 random(7);
  View view;
  for (int i = 0; i < 3000; ++i) {
    const auto kind = static_cast<Key::Kind>(random() % 14);
    const std::string letters = "123456789/?tpsr<>jkx \u00e9";
    view.take({kind, kind == Key::Kind::Text ? letters.substr(random() % (letters.size() - 1), 1) : ""}, shown,
              random() % 30);
    if (i % 10 != 0) continue;
    EXPECT_LE(render(shown, view, around(1 + random() % 120, 1 + random() % 40)).lines.size(), 40U);
  }
}

TEST(Painter, SendsWhatDiffersAlone) {
  Painter painter(true);
  Frame frame{{Line{{{"abc", 3}}}, Line{{{"def", 3, Paint::Bad}}}}};

  EXPECT_EQ(painter.paint(frame, {3, 3}),
            "\x1b[?2026h\x1b[1;1Habc\x1b[2;1H\x1b[1;31mdef\x1b[0m\x1b[3;1H\x1b[J\x1b[?2026l");
  EXPECT_EQ(painter.paint(frame, {3, 3}), "");
  frame.lines[0].spans[0] = {"x", 1};
  EXPECT_EQ(painter.paint(frame, {3, 3}), "\x1b[?2026h\x1b[1;1Hx\x1b[K\x1b[?2026l");
  painter.forget();
  EXPECT_THAT(painter.paint(frame, {3, 3}), HasSubstr("def"));
  EXPECT_THAT(painter.paint(frame, {4, 3}), HasSubstr("def\x1b[0m\x1b[K"));
}

TEST_F(FrameTest, PainterPutsTheCursorWhereTerminalsMayDiffer) {
  Painter painter(false);
  const Frame frame{{Line{{{"\u65e5", 2}, {"x", 1, Paint::Good}}}}};

  EXPECT_EQ(painter.paint(frame, {9, 1}), "\x1b[?2026h\x1b[1;1H\x1b[2K\u65e5\x1b[3Gx\x1b[K\x1b[?2026l");
}

}  // namespace
}  // namespace vitals::tool
