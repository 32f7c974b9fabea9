#include "quantizer/start/config_text.hpp"

#include <gtest/gtest.h>

namespace caloquant {
namespace {

TEST(ConfigText, IsJsonWithComments) {
  ConfigText text("Two\nlines.");
  text.begin("model", "A section.");
  text.set("file", "a \"b\".onnx");
  text.set("count", 3, "A key.");
  text.begin("empty", "");
  EXPECT_EQ(text.text(), R"(// Two
// lines.
{
  // A section.
  "model": {
    "file": "a \"b\".onnx",
    // A key.
    "count": 3
  },
  "empty": {
  }
}
)");
  const Json json = Json::parse(text.text(), nullptr, true, true);
  EXPECT_EQ(json["model"]["count"].get<int>(), 3);
}

}  // namespace
}  // namespace caloquant
