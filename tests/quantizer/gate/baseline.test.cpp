#include "quantizer/gate/baseline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "graph/io/files/sha256.hpp"
#include "graph/json/json.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

class GateBaselines : public ::testing::Test {
 protected:
  static Json result() {
    return Json::parse(R"({
      "_format": "caloquant result", "_version": 1, "metric": "mse", "loss": 0.5,
      "standard_error": 0.1,
      "report": {"physics": {"rows": [
        {"metric": "hits", "bins": ["all"], "difference": [1], "standard_error": [1]},
        {"metric": "total energy, B/A - 1", "bins": ["100 GeV"], "difference": [-0.02],
         "standard_error": [0.003]}]}},
      "provenance": {"model_files": [{"file": "a.onnx", "sha256": "abc"}]}
    })");
  }
  [[nodiscard]] GateBaseline read(const Json& json) const {
    std::ofstream(folder / "result.json") << json.dump();
    return read_gate_baseline(folder / "result.json");
  }
  [[nodiscard]] std::string refusal(const Json& json) const {
    return testing::message_of([&] { static_cast<void>(read(json)); });
  }
  testing::TempDir folder;
};

TEST_F(GateBaselines, ReadsWhatTheRunRecorded) {
  const GateBaseline baseline = read(result());
  EXPECT_EQ(baseline.metric, "mse");
  EXPECT_EQ(baseline.loss.value, 0.5);
  EXPECT_EQ(baseline.loss.standard_error, 0.1);
  EXPECT_THAT(baseline.parent, ::testing::ElementsAre("abc"));
  ASSERT_EQ(baseline.response.size(), 1U);
  EXPECT_EQ(baseline.response[0].bin, "100 GeV");
  EXPECT_NEAR(baseline.response[0].ratio, 0.98, 1e-12);
  EXPECT_TRUE(baseline.model.empty());
}

TEST_F(GateBaselines, FindsTheModelBesideIt) {
  std::ofstream(folder / "quantized.h5") << "model";
  EXPECT_EQ(read(result()).model, folder / "quantized.h5");
  EXPECT_FALSE(read(result()).model_has_hash);
  Json json = result();
  json["emitted"]["sha256"]["quantized.h5"] = sha256_of_file(folder / "quantized.h5");
  EXPECT_TRUE(read(json).model_has_hash);
}

TEST_F(GateBaselines, RefusesAModelThatTookItsPlace) {
  std::ofstream(folder / "quantized.h5") << "model";
  Json json = result();
  json["emitted"]["sha256"]["quantized.h5"] = sha256_of_file(folder / "quantized.h5");
  std::ofstream(folder / "quantized.h5") << "another";
  EXPECT_THAT(refusal(json), HasSubstr("quantized.h5: is not the model that result.json was "
                                       "written with (another SHA-256); put that one back"));
}

TEST_F(GateBaselines, RefusesOtherFiles) {
  EXPECT_THAT(refusal(Json{{"loss", 1}}),
              HasSubstr("is no 'caloquant result': its _format does not say so"));
  EXPECT_THAT(refusal(Json::array()),
              HasSubstr("is no 'caloquant result': its _format does not say so"));
  Json json = result();
  json["_version"] = 2;
  EXPECT_THAT(refusal(json), HasSubstr("result.json: has version 2 of its format, but version 1 is "
                                       "read here; read it with the newer caloquant"));
  json.erase("_version");
  EXPECT_THAT(refusal(json), HasSubstr("has no _version"));
  json = result();
  json["standard_error"] = -0.1;
  EXPECT_THAT(refusal(json), HasSubstr("result.json#/standard_error: is -0.1, it must be a finite "
                                       "number of at least 0"));
  json = result();
  json["loss"] = Json();
  EXPECT_THAT(refusal(json), HasSubstr("result.json#/loss: holds no loss"));
  json.erase("loss");
  EXPECT_THAT(refusal(json), HasSubstr("is damaged: "));
  EXPECT_THAT(testing::message_of([] { static_cast<void>(read_gate_baseline("absent.json")); }),
              HasSubstr("absent.json: there is no such file"));
}

}  // namespace
}  // namespace caloquant
