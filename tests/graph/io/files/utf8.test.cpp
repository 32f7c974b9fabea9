#include "graph/io/files/utf8.hpp"

#include <gtest/gtest.h>

namespace caloquant {
namespace {

TEST(Utf8, TakesWhatRfc3629Takes) {
  for (const char* text : {"", "conv/1:0", "\xC3\xA9", "\xE2\x82\xAC", "\xED\x9F\xBF",
                           "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Utf8, RefusesTheRest) {
  for (const char* text :
       {"\xFF", "a\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF0\x9F\x98", "\xE2\x28\xA1", "\xF8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

}  // namespace
}  // namespace caloquant
