#include "quantizer/search/tune/csv_cell.hpp"

#include <gtest/gtest.h>

namespace caloquant {
namespace {

TEST(CsvText, IsQuoted) {
  EXPECT_EQ(csv_text(""), "\"\"");
  EXPECT_EQ(csv_text("conv3d_3 -> fp32"), "\"conv3d_3 -> fp32\"");
  EXPECT_EQ(csv_text("a,b\n\"c\""), "\"a,b\n\"\"c\"\"\"");
}

TEST(CsvText, NeverBeginsAFormula) {
  for (const char* text :
       {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "=HYPERLINK(\"http://a\")",
        "\xEF\xBC\x9D"
        "1"}) {
    EXPECT_EQ(csv_text(text).substr(0, 2), "\"'") << text;
  }
  for (const char* text : {"a=1", "1-1", "_", "\xC3\xA9"}) {
    EXPECT_NE(csv_text(text).substr(0, 2), "\"'") << text;
  }
}

}  // namespace
}  // namespace caloquant
