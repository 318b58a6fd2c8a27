#include "tool/top/keys.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

using Kind = Key::Kind;
using Keys = std::vector<Key>;

TEST(KeyReader, KnowsTheKeysOfTerminals) {
  KeyReader reader;

  EXPECT_EQ(reader.read("q/\r\x7f\t"),
            (Keys{{Kind::Text, "q"}, {Kind::Text, "/"}, {Kind::Enter}, {Kind::Backspace}, {Kind::Tab}}));
  EXPECT_EQ(
      reader.read("\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[H\x1b[4~\x1b[Z"),
      (Keys{{Kind::Up}, {Kind::Down}, {Kind::PageUp}, {Kind::PageDown}, {Kind::Home}, {Kind::End}, {Kind::BackTab}}));
  EXPECT_EQ(reader.read("\u00e9"), (Keys{{Kind::Text, "\u00e9"}}));
}

TEST(KeyReader, PutsTogetherWhatIsCut) {
  KeyReader reader;

  EXPECT_TRUE(reader.read("\x1b").empty());
  EXPECT_TRUE(reader.is_waiting());
  EXPECT_TRUE(reader.read("[").empty());
  EXPECT_EQ(reader.read("Aq"), (Keys{{Kind::Up}, {Kind::Text, "q"}}));
  EXPECT_FALSE(reader.is_waiting());
}

TEST(KeyReader, EscapeIsAKeyWhenNothingFollows) {
  KeyReader reader;

  EXPECT_TRUE(reader.read("\x1b").empty());
  EXPECT_EQ(reader.end(), (Keys{{Kind::Escape}}));
  EXPECT_EQ(reader.read("\x1bq"), (Keys{{Kind::Escape}, {Kind::Text, "q"}}));
}

TEST(KeyReader, UnknownSequencesAndControlCharactersAreNoKeys) {
  KeyReader reader;

  EXPECT_TRUE(reader.read("\x1b[15~\x1b[1;5C\x01\x02\xff").empty());
  EXPECT_TRUE(reader.read("\x1b[" + std::string(1000, ';')).empty());
  EXPECT_FALSE(reader.is_waiting());
}

}  // namespace
}  // namespace vitals::tool
