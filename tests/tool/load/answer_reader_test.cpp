#include "tool/load/answer_reader.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

using State = AnswerReader::State;

constexpr AnswerReader::Wanted kAll{.head = true, .body = true};

// Gives the bytes one by one, as the slowest of servers.
State read_slowly(AnswerReader& reader, std::string_view bytes) {
  std::string rest;
  auto state = State::More;
  for (const char c : bytes) {
    rest += c;
    std::size_t used = 0;
    state = reader.read(rest, used);
    if (state != State::More) break;
    rest.erase(0, used);
  }
  return state;
}

State read_at_once(AnswerReader& reader, std::string_view bytes, std::size_t& used) { return reader.read(bytes, used); }

TEST(AnswerReader, ReadsAnAnswerInOnePieceAndInMany) {
  constexpr std::string_view kAnswer = "HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 4\r\n\r\nbody";
  for (const bool slowly : {false, true}) {
    AnswerReader reader;
    reader.begin(kAll);
    std::size_t used = 0;

    const auto state = slowly ? read_slowly(reader, kAnswer) : read_at_once(reader, kAnswer, used);

    EXPECT_EQ(state, State::Done);
    EXPECT_EQ(reader.status(), 201);
    EXPECT_EQ(reader.body(), "body");
    EXPECT_EQ(reader.header("X-a"), "1, 2");
    EXPECT_EQ(reader.header("Y"), "");
    EXPECT_TRUE(reader.keep_alive());
  }
}

TEST(AnswerReader, TakesAHundredInterimAnswersAndNoMore) {
  constexpr std::string_view kInterim = "HTTP/1.1 103 Early\r\n\r\n";
  for (const int n : {AnswerReader::kMostInterim, AnswerReader::kMostInterim + 1}) {
    std::string bytes;
    for (int i = 0; i < n; ++i) bytes += kInterim;
    bytes += "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    AnswerReader reader;
    reader.begin(kAll);
    std::size_t used = 0;

    EXPECT_EQ(reader.read(bytes, used), n == AnswerReader::kMostInterim ? State::Done : State::Broken);
  }
}

TEST(AnswerReader, AStatusBelow100IsNone) {
  for (const auto* status : {"000", "099"}) {
    AnswerReader reader;
    reader.begin(kAll);
    std::size_t used = 0;

    EXPECT_EQ(reader.read(std::string{"HTTP/1.1 "} + status + " What\r\nContent-Length: 0\r\n\r\n", used),
              State::Broken);
  }
}

TEST(AnswerReader, ReadsChunks) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n";
  for (const bool slowly : {false, true}) {
    AnswerReader reader;
    reader.begin(kAll);
    std::size_t used = 0;

    EXPECT_EQ(slowly ? read_slowly(reader, kAnswer) : read_at_once(reader, kAnswer, used), State::Done);
    EXPECT_EQ(reader.body(), "abcde");
  }
}

TEST(AnswerReader, AnAnswerWithoutLengthEndsWithTheConnection) {
  AnswerReader reader;
  reader.begin(kAll);

  EXPECT_EQ(read_slowly(reader, "HTTP/1.0 200 OK\r\n\r\nabc"), State::More);
  EXPECT_EQ(reader.end(), State::Done);
  EXPECT_EQ(reader.body(), "abc");
  EXPECT_FALSE(reader.keep_alive());
}

TEST(AnswerReader, AHalfAnswerIsBroken) {
  AnswerReader reader;
  reader.begin(kAll);

  EXPECT_EQ(read_slowly(reader, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), State::More);
  EXPECT_EQ(reader.end(), State::Broken);
}

TEST(AnswerReader, PassesOverWhatComesBeforeTheAnswer) {
  AnswerReader reader;
  reader.begin(kAll);

  EXPECT_EQ(read_slowly(reader, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
            State::Done);
  EXPECT_EQ(reader.status(), 204);
  EXPECT_EQ(reader.header("Link"), "");
}

TEST(AnswerReader, TheAnswerToHeadHasNoBody) {
  AnswerReader reader;
  reader.begin({.is_head_request = true});

  EXPECT_EQ(read_slowly(reader, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), State::Done);
}

TEST(AnswerReader, RefusesWhatIsNoHttp) {
  for (const std::string_view garbage : {"SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "\x15\x03\x01\x01\x02\x02\x28\r\n\r\n",
                                         "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"}) {
    AnswerReader reader;
    reader.begin(kAll);
    EXPECT_EQ(read_slowly(reader, garbage), State::Broken) << garbage;
  }
}

TEST(AnswerReader, DoesNotKeepWhatIsTooLarge) {
  AnswerReader reader;
  reader.begin(kAll);
  const std::string head = "HTTP/1.1 200 OK\r\nX: " + std::string(AnswerReader::kMostHead, 'x') + "\r\n\r\n";
  std::size_t used = 0;
  EXPECT_EQ(reader.read(head, used), State::TooLarge);

  reader.begin(kAll);
  const auto length = std::to_string(AnswerReader::kMostBody + 1);
  const auto body = std::string(AnswerReader::kMostBody + 1, 'x');
  EXPECT_EQ(reader.read("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + body, used), State::TooLarge);

  reader.begin({});
  EXPECT_EQ(reader.read("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + body, used), State::Done);
  EXPECT_EQ(reader.body(), "");
}

TEST(AnswerReader, LeavesWhatIsBehindTheAnswer) {
  AnswerReader reader;
  reader.begin(kAll);
  constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
  std::size_t used = 0;

  EXPECT_EQ(reader.read(std::string{kAnswer} + "HTTP/1.1 500 Unasked\r\n\r\n", used), State::Done);
  EXPECT_EQ(used, kAnswer.size());
  EXPECT_EQ(reader.status(), 200);
}

}  // namespace
}  // namespace vitals::tool
