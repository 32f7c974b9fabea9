// caloquant check as a CI job meets it: exit codes, reports, what it refuses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/tools/classifier_run.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
namespace fs = std::filesystem;

class CheckCommand : public testing::ClassifierRun {
 protected:
  [[nodiscard]] testing::Finished check(const std::vector<std::string>& more,
                                        const std::string& model = "out/quantized.h5") const {
    std::vector<std::string> arguments{"check", model, "--config", "run.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  void change_result(const std::function<void(Json&)>& change) const {
    Json json = json_file("out/result.json");
    change(json);
    std::ofstream(folder / "out/result.json") << json.dump();
  }
  [[nodiscard]] double loss() const { return json_file("out/result.json")["loss"].get<double>(); }
};

TEST_F(CheckCommand, TheTargetOfTheConfig) {
  const auto passed = check({});
  EXPECT_EQ(passed.exit_code, 0) << passed.err;
  EXPECT_THAT(passed.out, ::testing::EndsWith("check: passed\n"));
  EXPECT_THAT(passed.out, HasSubstr("<= 1000"));
  const auto failed = check({"--set", "/accuracy_criterion/tolerable_loss=1e-12"});
  EXPECT_EQ(failed.exit_code, 7);
  EXPECT_THAT(failed.out, HasSubstr("accuracy_criterion.tolerable_loss\ncheck: FAILED: loss\n"));
}

TEST_F(CheckCommand, AnAbsoluteLimit) {
  EXPECT_EQ(check({"--max-loss", std::to_string(2.0 * loss())}).exit_code, 0);
  EXPECT_EQ(check({"--max-loss", "1e-12"}).exit_code, 7);
  // sqnr is better when higher: a floor.
  const std::vector<std::string> sqnr{"--set", "/metric/name=sqnr", "--set",
                                      "/accuracy_criterion/higher_is_better=true", "--max-loss"};
  auto floor = sqnr;
  floor.emplace_back("1");
  EXPECT_EQ(check(floor).exit_code, 0);
  floor.back() = "149";
  EXPECT_EQ(check(floor).exit_code, 7);
}

TEST_F(CheckCommand, BetweenPassedAndFailedIsUndecided) {
  const Json json = Json::parse(check({"--json"}).out);
  const double upper = json["criteria"][0]["upper"].get<double>();
  const double lower = json["criteria"][0]["lower"].get<double>();
  ASSERT_LT(lower, upper);
  const auto at = [&](double limit, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"--max-loss", std::to_string(limit)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return check(arguments);
  };
  ASSERT_GT(lower, 1e-4);  // six digits behind the point tell the bounds apart
  EXPECT_EQ(at(1.001 * upper, {}).exit_code, 0);
  EXPECT_EQ(at(0.999 * lower, {"--undecided", "pass"}).exit_code, 7);
  const double between = 0.5 * (lower + upper);
  const auto undecided = at(between, {"--junit", "check.xml"});
  EXPECT_EQ(undecided.exit_code, 7);
  EXPECT_THAT(undecided.out, ::testing::EndsWith("check: UNDECIDED: loss\n"));
  EXPECT_THAT(text_file("check.xml"), HasSubstr("<failure type=\"undecided\""));
  const auto passed = at(between, {"--undecided", "pass", "--junit", "check.xml"});
  EXPECT_EQ(passed.exit_code, 0);
  EXPECT_THAT(passed.out, ::testing::EndsWith("check: passed, 1 of 1 criteria undecided\n"));
  EXPECT_THAT(text_file("check.xml"), HasSubstr("<skipped message="));
}

TEST_F(CheckCommand, SigmasAreAConfidence) {
  const auto done = check({"--sigmas", "3", "--json"});
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_THAT(done.err, HasSubstr("deprecated: --sigmas 3 is a one-sided confidence now"));
  EXPECT_THAT(done.err, HasSubstr("--set /accuracy_criterion/confidence=0.9987"));
  const Json json = Json::parse(done.out);
  EXPECT_NEAR(json["confidence"].get<double>(), 0.99865, 1e-5);
  EXPECT_GT(json["criteria"][0]["upper"].get<double>(),
            Json::parse(check({"--json"}).out)["criteria"][0]["upper"].get<double>());
}

TEST_F(CheckCommand, TheBaselineModelPassesWithoutTolerance) {
  for (const char* model : {"out/quantized.h5", "out/quantized.onnx"}) {
    const auto done = check({"--baseline", "out/result.json", "--tolerance", "0", "--json"}, model);
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    const Json json = Json::parse(done.out);
    EXPECT_TRUE(json["passed"].get<bool>());
    EXPECT_EQ(json["criteria"][0]["value"], 0.0) << model;
    EXPECT_THAT(json["notes"], ::testing::IsEmpty());
  }
}

TEST_F(CheckCommand, AWorseModelFailsAgainstTheBaseline) {
  ASSERT_EQ(
      run({"quantize", "run.json", "-o", "clipped", "--quiet", "--set",
           R"(/quantization/op_type_dict={"conv": {"activation": {"algorithm": "percentile"}}})",
           "--set", "/quantization/ranges/percentile=80"})
          .exit_code,
      0);
  const double worse = Json::parse(text_file("clipped/result.json"))["loss"].get<double>();
  ASSERT_GT(worse, 10.0 * loss());
  EXPECT_EQ(check({"--baseline", "out/result.json"}, "clipped/quantized.h5").exit_code, 7);
  EXPECT_EQ(
      check({"--baseline", "out/result.json", "--tolerance", "abs:1000"}, "clipped/quantized.h5")
          .exit_code,
      0);
  // The other way round it is a gain.
  EXPECT_EQ(check({"--baseline", "clipped/result.json", "--tolerance", "0"}).exit_code, 0);
}

TEST_F(CheckCommand, WithoutTheBaselineModelWhatWasRecordedCounts) {
  fs::copy_file(folder / "out/quantized.h5", folder / "model.h5");
  fs::remove(folder / "out/quantized.h5");
  fs::remove(folder / "out/quantized.onnx");
  const auto done = check({"--baseline", "out/result.json"}, "model.h5");
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("note: the baseline model does not lie beside its result.json"));
  // Almost the same loss may be another model's: the noise of neither cancels.
  const auto scaled = [&](double factor) {
    change_result([factor](Json& json) {
      for (const char* key : {"loss", "standard_error"}) {
        json[key] = json[key].get<double>() * factor;
      }
    });
    return check({"--baseline", "out/result.json", "--tolerance", "0.001"}, "model.h5");
  };
  const auto almost = scaled(1.0001);
  EXPECT_EQ(almost.exit_code, 7);
  EXPECT_THAT(almost.out, HasSubstr("the baseline model beside its result.json would tell\n"));
  EXPECT_THAT(almost.out, HasSubstr("check: UNDECIDED: loss above the baseline's\n"));
  EXPECT_EQ(scaled(0.1).exit_code, 7);
}

TEST_F(CheckCommand, AModelInTheBaselinesPlaceIsNoticed) {
  change_result([](Json& json) { json["emitted"]["sha256"]["quantized.h5"] = "0"; });
  const auto changed = check({"--baseline", "out/result.json"});
  EXPECT_EQ(changed.exit_code, 3);
  EXPECT_THAT(changed.err, HasSubstr("is not the model that result.json was written with"));
  // A result.json of an older version has no hash.
  change_result([](Json& json) { json["emitted"].erase("sha256"); });
  EXPECT_THAT(check({"--baseline", "out/result.json"}).out,
              HasSubstr("note: the model lies where the baseline model should"));
}

TEST_F(CheckCommand, AnotherParentIsToldAndOtherMetricsAreRefused) {
  change_result([](Json& json) { json["provenance"]["model_files"][0]["sha256"] = "0"; });
  EXPECT_THAT(check({"--baseline", "out/result.json"}).out,
              HasSubstr("note: the baseline has another fp32 model"));
  const auto refused = check({"--baseline", "out/result.json", "--set", "/metric/name=max_abs"});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("such losses cannot be compared"));
}

TEST_F(CheckCommand, SpeedIsACriterionOfItsOwn) {
  EXPECT_EQ(check({"--min-speedup", "0.0001"}).exit_code, 0);
  const auto failed = check({"--min-speedup", "100000", "--markdown", "check.md"});
  EXPECT_EQ(failed.exit_code, 7);
  EXPECT_THAT(failed.out, HasSubstr("check: FAILED: speedup over fp32\n"));
  EXPECT_THAT(text_file("check.md"), StartsWith("## caloquant check: FAILED: speedup over fp32\n"));
}

TEST_F(CheckCommand, ReportsAreWrittenAlsoWhenItCannotBeEvaluated) {
  const std::vector<std::string> reports{"--junit", "check.xml", "--markdown", "check.md"};
  ASSERT_EQ(check(reports).exit_code, 0);
  EXPECT_THAT(text_file("check.xml"), HasSubstr(R"(tests="1" failures="0" errors="0")"));
  EXPECT_THAT(text_file("check.xml"), HasSubstr(R"(<property name="model.sha256" value=")"));
  EXPECT_THAT(text_file("check.xml"), HasSubstr(R"(<property name="metric" value="mse)"));
  EXPECT_THAT(text_file("check.xml"), Not(HasSubstr(folder.path().string())));
  fs::resize_file(folder / "out/quantized.h5", 1000);
  EXPECT_EQ(check(reports).exit_code, 4);
  EXPECT_THAT(text_file("check.xml"), HasSubstr(R"(failures="0" errors="1")"));
  EXPECT_THAT(text_file("check.md"), StartsWith("## caloquant check: ERROR\n"));
}

TEST_F(CheckCommand, QuietSaysItByItsExitCode) {
  const auto done = check({"--max-loss", "1e-12", "--quiet"});
  EXPECT_EQ(done.exit_code, 7);
  EXPECT_EQ(done.out + done.err, "");
}

TEST_F(CheckCommand, WrongOptionsAreUsageErrors) {
  EXPECT_EQ(check({"--baseline", "out/result.json", "--max-loss", "1"}).exit_code, 2);
  EXPECT_EQ(check({"--tolerance", "0.1"}).exit_code, 2);
  EXPECT_EQ(check({"--max-drift", "0.1"}).exit_code, 2);
  EXPECT_EQ(check({"--min-speedup", "-1"}).exit_code, 2);
  EXPECT_EQ(check({"--undecided", "maybe"}).exit_code, 2);
  EXPECT_EQ(check({"--sigmas", "4"}).exit_code, 2);
  for (const char* option : {"--max-loss", "--sigmas", "--min-speedup"}) {
    const auto none = check({option, "nan"});
    EXPECT_EQ(none.exit_code, 2);
    EXPECT_THAT(none.err, HasSubstr(std::string(option) + ": 'nan' is not a"));
  }
  const auto tolerance = check({"--baseline", "out/result.json", "--tolerance", "ten"});
  EXPECT_EQ(tolerance.exit_code, 2);
  EXPECT_THAT(tolerance.err, HasSubstr("--tolerance: 'ten' is no tolerance"));
  const auto seed = check({"--seed", "1"});
  EXPECT_EQ(seed.exit_code, 2);
  EXPECT_THAT(seed.err, HasSubstr("--seed: the inputs of this config are rows of files"));
  EXPECT_EQ(check({"--baseline", "absent.json"}).exit_code, 3);
  EXPECT_EQ(check({}, "absent.h5").exit_code, 4);
  EXPECT_EQ(check({"--junit", "no/such/check.xml"}).exit_code, 6);
}

}  // namespace
}  // namespace caloquant
