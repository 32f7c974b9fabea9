// The command line as a user meets it: verify, and model.expected of a config.

#include "graph/io/files/h5file.hpp"
#include "tests/tools/classifier_run.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using testing::ClassifierRun;
using testing::Cli;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

fs::path fixture(const std::string& name) {
  return fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures" / name;
}

std::vector<std::string> verify_generator(const fs::path& expected) {
  return {"verify",
          "--architecture",
          fixture("keras/generator3d.json").string(),
          "--weights",
          fixture("keras/generator3d_weights.h5").string(),
          "--inputs",
          expected.string()};
}

std::vector<std::string> with(std::vector<std::string> arguments, const std::string& option) {
  arguments.push_back(option);
  return arguments;
}

TEST_F(Cli, VerifyComparesLayerByLayer) {
  const auto command = verify_generator(fixture("verify/generator3d.h5"));
  const auto done = run(command);
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("difference"), HasSubstr("in the engine"),
                              HasSubstr("verify: agrees with "), HasSubstr("(2 of 2 rows)")));
  EXPECT_EQ(run(with(command, "--quiet")).out, "");
  const Json json = parse_json<DataError>(run(with(command, "--json")).out, "verify");
  EXPECT_EQ(json.at("agrees"), true);
  EXPECT_EQ(json.at("outputs"), 1);
  EXPECT_EQ(json.at("tensors").size(), json.at("layers").get<std::size_t>() + 2);
  EXPECT_EQ(json.at("tensors").back().at("where"), "engine");
  EXPECT_LT(json.at("worst_ratio"), 1.0);
  EXPECT_GT(json.at("tensors").front().at("bound"), 0.0);
}

/// A file of other weights: the first layer is named, and what was found is printed all the same.
TEST_F(Cli, VerifyNamesTheFirstDifference) {
  const fs::path expected = fixture("verify/generator3d.h5");
  const std::vector<std::string> command{"verify",
                                         "--architecture",
                                         fixture("keras/generator3d.json").string(),
                                         "--random-weights",
                                         "3",
                                         "--inputs",
                                         expected.string()};
  const auto done = run(command);
  EXPECT_EQ(done.exit_code, 4);
  EXPECT_THAT(done.out, HasSubstr("differs"));
  EXPECT_THAT(done.err, AllOf(HasSubstr("generator3d.json: does not compute what "),
                              HasSubstr("first difference at layer 'dense_1"), HasSubstr("(Dense "),
                              HasSubstr("where rounding explains")));
  EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1);
  const auto json = run(with(command, "--json"));
  EXPECT_EQ(json.exit_code, 4);
  EXPECT_EQ(parse_json<DataError>(json.out, "verify").at("agrees"), false);
}

TEST_F(Cli, VerifyOfWhatCannotBeCompared) {
  EXPECT_EQ(run(verify_generator(fixture("foreign/images.npy"))).exit_code, 5);
  EXPECT_EQ(run(verify_generator("none.h5")).exit_code, 5);
  EXPECT_EQ(run({"verify", "--inputs", "none.h5"}).exit_code, 2);
}

/// run.json of the classifier with a file of what it computes, right or wrong.
class ExpectedRun : public ClassifierRun {
 protected:
  void write_expected(float fault) {
    ASSERT_EQ(
        run({"run", "classifier.onnx", "--inputs", "images.npy", "-o", "scores.h5"}).exit_code, 0);
    Tensor scores = H5File::open(folder / "scores.h5", ErrorKind::data).read("/scores", DType::f32);
    scores.data<float>()[0] += fault;
    H5File file = H5File::create(folder / "right.h5");
    file.write("/scores", scores);
    file.commit();
  }
};

TEST_F(ExpectedRun, AFileOfItsOwnForOutputs) {
  write_expected(0.0F);
  const auto done =
      run({"verify", "classifier.onnx", "--inputs", "images.npy", "--outputs", "right.h5:scores"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("in 0 layers and 1 output (8 of 160 rows)"));
  write_expected(0.1F);
  EXPECT_EQ(
      run({"verify", "classifier.onnx", "--inputs", "images.npy", "--outputs", "right.h5:scores"})
          .exit_code,
      4);
}

/// What agreed is in result.json, and the file among those that are hashed.
TEST_F(ExpectedRun, ARunTellsWhatAgreed) {
  Tensor images(DType::f32, {3, 16, 16});
  for (std::size_t i = 0; i < images.data<float>().size(); ++i) {
    images.data<float>()[i] = static_cast<float>(i % 23) / 23.0F;
  }
  {
    H5File file = H5File::create(folder / "in.h5");
    file.write("/inputs", images);
    file.commit();
  }
  ASSERT_EQ(run({"run", "classifier.onnx", "--inputs", "in.h5:inputs", "-o", "out.h5"}).exit_code,
            0);
  H5File file = H5File::create(folder / "expected.h5");
  file.write("/inputs", images);
  file.write("/outputs",
             H5File::open(folder / "out.h5", ErrorKind::data).read("/scores", DType::f32));
  file.commit();
  const std::string set = "/model/expected=expected.h5";
  const auto dry = run({"quantize", "run.json", "--dry-run", "--set", set});
  ASSERT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("expected  agrees with "));
  const auto done = run({"quantize", "run.json", "-o", "verified", "--set", set});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("the fp32 model agrees with "));
  const Json result = json_file("verified/result.json");
  EXPECT_EQ(result.at("verified").at("agrees"), true);
  EXPECT_EQ(result.at("verified").at("rows"), 3);
  EXPECT_EQ(result.at("provenance").at("model_files").back().at("file"), "expected.h5");
  EXPECT_EQ(json_file("out/result.json").at("verified"), Json());
}

TEST_F(Cli, AConfigAsksForTheFramework) {
  Json json = config();
  json["model"] = {{"architecture", fixture("keras/generator3d.json").string()},
                   {"random_weights", 3},
                   {"expected", fixture("verify/generator3d.h5").string()}};
  write("run.json", json);
  for (const char* option : {"--dry-run", "--quiet"}) {
    const auto done = run({"quantize", "run.json", "-o", "out", option});
    EXPECT_EQ(done.exit_code, 4) << option;
    EXPECT_THAT(done.err, HasSubstr("first difference at layer 'dense_1")) << option;
  }
  EXPECT_FALSE(fs::exists(folder / "out/quantized.h5"));
  EXPECT_THAT(run({"evaluate", fixture("tensorflow/generator/keras2.keras").string(), "--config",
                   "run.json"})
                  .err,
              HasSubstr("first difference at layer 'dense_1"));
}

}  // namespace
}  // namespace caloquant
