#include "ops/core/terminal_text.hpp"

#include <gtest/gtest.h>

#include <caloquant/error.hpp>

namespace caloquant {
namespace {

TEST(TerminalText, KeepsWhatIsSeen) {
  for (const char* text : {"", "conv3d_3", "a/b:0", "C:\\x1b", "10 %", "\xC3\xA9", "\xE2\x82\xAC",
                           "\xE6\xBC\xA2\xE5\xAD\x97", "\xF0\x9F\x99\x82"}) {
    EXPECT_EQ(terminal_text(text), text);
  }
}

TEST(TerminalText, EscapesWhatATerminalActsOn) {
  EXPECT_EQ(terminal_text("\x1b[2J\x1b[31mred"), "\\x1b[2J\\x1b[31mred");
  EXPECT_EQ(terminal_text("\a\b\x7f"), "\\x07\\x08\\x7f");
  EXPECT_EQ(terminal_text("one\ntwo\rthree\t"), "one\\ntwo\\rthree\\t");
  EXPECT_EQ(terminal_text(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(terminal_text("\xC2\x9B"
                          "31m"),
            "\\u009b31m")
      << "CSI as one character";
}

TEST(TerminalText, EscapesWhatIsNotSeen) {
  EXPECT_EQ(terminal_text("a\xE2\x80\xAE"
                          "b"),
            "a\\u202eb")
      << "right to left";
  EXPECT_EQ(terminal_text("a\xE2\x81\xA6"
                          "b"),
            "a\\u2066b")
      << "isolate";
  EXPECT_EQ(terminal_text("a\xE2\x80\x8B"
                          "b"),
            "a\\u200bb")
      << "no width";
  EXPECT_EQ(terminal_text("a\xE2\x80\xA8"
                          "b"),
            "a\\u2028b")
      << "end of a line";
  EXPECT_EQ(terminal_text("\xEF\xBB\xBF"), "\\ufeff");
  EXPECT_EQ(terminal_text("\xF3\xA0\x81\x81"), "\\U000e0041") << "a tag";
}

TEST(TerminalText, EscapesWhatIsNoUtf8) {
  EXPECT_EQ(terminal_text("\x9B"
                          "2J"),
            "\\x9b2J")
      << "CSI of an 8-bit terminal";
  EXPECT_EQ(terminal_text("\xC0\x80"), "\\xc0\\x80") << "overlong";
  EXPECT_EQ(terminal_text("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(terminal_text("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(terminal_text("ends \xE2\x82"), "ends \\xe2\\x82");
}

TEST(TerminalText, EscapesOnce) {
  const std::string once = terminal_text("\x1b\n\xE2\x80\xAE\xff");
  EXPECT_EQ(terminal_text(once), once);
}

TEST(TerminalText, IsWhatErrorsSay) {
  const ModelError error("a\x1b.onnx", "line\nbreak", "say \a");
  EXPECT_STREQ(error.what(), "a\\x1b.onnx: line\\nbreak; say \\x07");
  EXPECT_EQ(error.place(), "a\x1b.onnx") << "data stay data";
}

}  // namespace
}  // namespace caloquant
