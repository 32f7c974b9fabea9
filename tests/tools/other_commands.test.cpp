// The command line as a user meets it: benchmark, test-onnx, schema and operators.

#include <fstream>

#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

TEST_F(Cli, TestOnnxRunsFolders) {
  const fs::path fixtures = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/onnx";
  const auto good = run({"test-onnx", (fixtures / "ops").string()});
  EXPECT_EQ(good.exit_code, 0) << good.out;
  EXPECT_THAT(good.out, HasSubstr("qlinear_conv_3d: 1 data set"));
  EXPECT_THAT(good.err, HasSubstr("26 of 26 passed"));
  fs::copy(fixtures / "ops/conv_integer", folder / "bad", fs::copy_options::recursive);
  fs::copy_file(folder / "bad/test_data_set_0/input_0.pb",
                folder / "bad/test_data_set_0/output_0.pb", fs::copy_options::overwrite_existing);
  const auto bad = run({"test-onnx", (fixtures / "ops/conv_integer").string(), "bad"});
  EXPECT_EQ(bad.exit_code, 4);
  EXPECT_THAT(bad.out, ::testing::AllOf(HasSubstr("pass  "), HasSubstr("FAIL  bad: "),
                                        HasSubstr("expected is u8[2, 3, 5, 5]")));
  EXPECT_EQ(run({"test-onnx", "no_such_folder"}).exit_code, 5);
  EXPECT_EQ(run({"test-onnx"}).exit_code, 2);
}

TEST_F(Cli, BenchmarkPrintsARowPerCandidate) {
  const auto done =
      run({"benchmark", "--architecture", "energygan.json", "--random-weights", "1", "--precision",
           "plain,fp32,int8", "--batch", "1,2", "--repetitions", "1", "--seconds", "0", "--json"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const Json rows = Json::parse(done.out);
  ASSERT_EQ(rows.size(), 6U);
  for (const Json& row : rows) {
    EXPECT_GT(row["showers_per_second"].get<double>(), 0.0);
    if (row["precision"] != "plain") {
      EXPECT_GT(row["share_of_peak"].get<double>(), 0.0);
      EXPECT_GE(row["layers"].size(), 5U);
    }
  }
  const auto wrong = run({"benchmark", "--architecture", "energygan.json", "--random-weights", "1",
                          "--precision", "model"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("'model' does not go with an fp32 model"));
}

/// The table of the machine holds the kernels of every network that ever ran on it.
TEST_F(Cli, BenchmarkPrintsTheKernelsOfItsNetworkAlone) {
  const std::map<std::string, std::string> cache{
      {"CALOQUANT_KERNEL_CACHE", (folder / "kernels.json").string()}};
  const std::vector<std::string> once{
      "--precision", "fp32", "--batch", "1", "--repetitions", "1", "--seconds", "0", "--per-layer"};
  const auto kernels_of = [&](std::vector<std::string> command) {
    command.insert(command.end(), once.begin(), once.end());
    const auto done = run_with(command, cache);
    EXPECT_EQ(done.exit_code, 0) << done.err;
    const std::size_t table = done.out.find("\nmeasured kernels");
    EXPECT_NE(table, std::string::npos) << done.out;
    return done.out.substr(table);
  };
  const std::string of_generator =
      kernels_of({"benchmark", "--architecture", "energygan.json", "--random-weights", "1"});
  const std::string of_classifier =
      kernels_of({"benchmark", (fixtures() / "foreign/classifier.onnx").string()});
  EXPECT_THAT(of_generator, HasSubstr("\n  conv f32 src 1x64x"));  // volumes
  EXPECT_THAT(of_classifier, HasSubstr("\n  conv f32 src 1x12x8x8 "));
  EXPECT_THAT(of_classifier, ::testing::Not(HasSubstr(" src 1x64x")));
}

TEST_F(Cli, SchemaIsTheCommittedOne) {
  std::ifstream stream(Cli::configs() / "run_config.schema.json");
  const std::string committed(std::istreambuf_iterator<char>(stream), {});
  EXPECT_EQ(run({"schema"}).out, committed);
}

TEST_F(Cli, SchemaAsMarkdownIsTheReference) {
  std::ifstream stream(Cli::configs() / "REFERENCE.md");
  const std::string committed(std::istreambuf_iterator<char>(stream), {});
  EXPECT_TRUE(run({"schema", "--markdown"}).out == committed);
}

TEST_F(Cli, OperatorsAreTheDocumentedOnes) {
  std::ifstream stream(fs::path(CALOQUANT_SOURCE_DIR) / "graph/OPERATORS.md");
  const std::string documented(std::istreambuf_iterator<char>(stream), {});
  const auto printed = run({"operators"});
  ASSERT_EQ(printed.exit_code, 0);
  EXPECT_THAT(documented, HasSubstr(printed.out));
}

}  // namespace
}  // namespace caloquant
