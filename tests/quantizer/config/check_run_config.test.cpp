#include "quantizer/config/check_run_config.hpp"

#include <gmock/gmock.h>

#include "quantizer/config/run_config_json.hpp"
#include "tests/quantizer/config/examples.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// The error of the minimal config after a merge patch (RFC 7386: null removes a key).
std::string error_with(const std::string& patch) {
  Json config = testing::minimal_config();
  config.merge_patch(Json::parse(patch));
  return testing::message_of(
      [&] { static_cast<void>(run_config_from_json(config, "/runs", "run.json")); });
}

TEST(CheckRunConfig, WantsOneSourceOfTheModel) {
  EXPECT_THAT(error_with(R"({"model": {"file": "m.h5"}})"),
              AllOf(HasSubstr("run.json#/model"), HasSubstr("'file' alone")));
  EXPECT_THAT(error_with(R"({"model": {"architecture": null}})"),
              HasSubstr("neither 'file' nor 'architecture'"));
  EXPECT_THAT(error_with(R"({"model": {"weights": null}})"), HasSubstr("no weights"));
  EXPECT_THAT(error_with(R"({"model": {"random_weights": 1}})"),
              HasSubstr("both 'weights' and 'random_weights'"));
  EXPECT_EQ(error_with(R"({"model": {"weights": null, "random_weights": 1}})"), "");
  EXPECT_EQ(error_with(R"({"model": {"weights": null, "architecture": null, "file": "m.h5"}})"),
            "");
}

TEST(CheckRunConfig, RejectsARelativeCriterionWithAPairedReference) {
  const std::string relative = R"("accuracy_criterion": {"criterion": "relative"})";
  EXPECT_THAT(error_with("{" + relative + "}"),
              AllOf(HasSubstr("run.json#/accuracy_criterion/criterion"), HasSubstr("absolute")));
  EXPECT_THAT(error_with("{" + relative +
                         R"(, "metric": {"preset": "talk-2023", "reference": "fp32_paired"}})"),
              HasSubstr("absolute"));
  EXPECT_EQ(error_with("{" + relative + R"(, "metric": {"preset": "talk-2023"}})"), "");
}

TEST(CheckRunConfig, RejectsARelativeToleranceOfOne) {
  const std::string text = R"({"metric": {"preset": "talk-2023"},
      "accuracy_criterion": {"criterion": "relative", "tolerable_loss": )";
  EXPECT_THAT(error_with(text + "1}}"), HasSubstr("run.json#/accuracy_criterion/tolerable_loss"));
  EXPECT_EQ(error_with(text + "0.99}}"), "");
}

TEST(CheckRunConfig, RejectsALossThatShouldBeHigh) {
  EXPECT_THAT(
      error_with(R"({"accuracy_criterion": {"higher_is_better": true}})"),
      AllOf(HasSubstr("run.json#/accuracy_criterion/higher_is_better"), HasSubstr("false")));
}

TEST(CheckRunConfig, WantsASamplingFractionThatCanBe) {
  const auto with = [](const std::string& keys) {
    return error_with(R"({"data": {)" + keys + "}}");
  };
  const std::string estimate = R"("missing_energies": "from_sum")";
  EXPECT_EQ(with(estimate), "");
  EXPECT_EQ(with(estimate + R"(, "sampling_fraction": 0.0225)"), "");
  EXPECT_EQ(with(estimate + R"(, "sampling_fraction": [0.0221, -0.0028, 0.0011])"), "");
  EXPECT_THAT(with(R"("sampling_fraction": 0.0225)"),
              AllOf(HasSubstr("run.json#/data/sampling_fraction"), HasSubstr("from_sum")));
  EXPECT_THAT(with(R"("missing_energies": "refuse", "sampling_fraction": [0.02])"),
              HasSubstr("run.json#/data/sampling_fraction"));
  for (const char* wrong : {"0", "-0.02", "2.25", "[]", "[0.02, -0.005]", "[2.21, -0.28]",
                            "\"0.02\"", "[0.01, 0, 0, 0, 0, 0, 0, 0, 0]", "[null]"}) {
    EXPECT_THAT(with(estimate + ", \"sampling_fraction\": " + wrong),
                HasSubstr("run.json#/data/sampling_fraction"))
        << wrong;
  }
  EXPECT_THAT(with(R"("missing_energies": "guess")"), HasSubstr("run.json#/data/missing_energies"));
  EXPECT_THAT(error_with(R"({"input": {"encoding": "tensor"}, "data": {"layout": null, )" +
                         estimate + "}}"),
              AllOf(HasSubstr("run.json#/data/missing_energies"), HasSubstr("tensor")));
}

TEST(CheckRunConfig, RejectsAFitToTheResponseOfNoShowers) {
  const std::string text = R"({"input": {"encoding": "tensor"}, "data": {"layout": null},
      "metric": {"name": "mse"}, "quantization": {"recipes": {"response_fit": )";
  EXPECT_THAT(error_with(text + R"("on"}}})"),
              AllOf(HasSubstr("run.json#/quantization/recipes/response_fit"),
                    HasSubstr("knows nothing of showers")));
  EXPECT_EQ(error_with(text + R"("auto"}}})"), "");
}

TEST(CheckRunConfig, RejectsAnAveragingThatIsNone) {
  EXPECT_THAT(error_with(R"({"metric": {"averaging": "batches"}})"),
              HasSubstr("run.json#/metric/averaging"));
  EXPECT_EQ(error_with(R"({"metric": {"averaging": "batch=32"}})"), "");
}

}  // namespace
}  // namespace caloquant
