// The command line as a user meets it: exit codes of bad input.

#include <algorithm>
#include <fstream>

#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

TEST_F(Cli, UsageErrorsAreTwo) {
  EXPECT_EQ(run({}).exit_code, 2);
  EXPECT_EQ(run({"frobnicate"}).exit_code, 2);
  EXPECT_EQ(run({"quantize"}).exit_code, 2);
  EXPECT_EQ(run({"inspect"}).exit_code, 2);
  EXPECT_EQ(run({"inspect", "x.h5", "--architecture", "energygan.json"}).exit_code, 2);
  EXPECT_EQ(run({"make-showers", "--detector", "cms", "--events", "1", "-o", "x.h5"}).exit_code, 2);
  EXPECT_EQ(run({"make-showers", "--detector", "clic25", "--events", "1", "--energy", "5:x", "-o",
                 "x.h5"})
                .exit_code,
            2);
  EXPECT_EQ(run({"quantize", "run.json", "--set", "nonsense"}).exit_code, 2);
  EXPECT_EQ(run({"--version"}).exit_code, 0);
  EXPECT_EQ(run({"--help"}).exit_code, 0);
  EXPECT_EQ(run({"quantize", "--help"}).exit_code, 0);
}

TEST_F(Cli, ConfigErrorsAreThreeAndNameThePointer) {
  const auto unknown = run({"quantize", "run.json", "--set", "/quantization/aproach=static"});
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("/quantization"));
  EXPECT_THAT(unknown.err, HasSubstr("approach"));
  const auto relative =
      run({"quantize", "run.json", "--set", "/accuracy_criterion/criterion=relative", "--set",
           "/accuracy_criterion/tolerable_loss=0.01"});
  EXPECT_EQ(relative.exit_code, 3);
  EXPECT_THAT(relative.err, HasSubstr("absolute"));
  const auto rule = run({"quantize", "run.json", "--set",
                         R"(/quantization/op_name_dict={"conv3d_9": {"precision": "fp32"}})"});
  EXPECT_EQ(rule.exit_code, 3);
  EXPECT_THAT(rule.err, HasSubstr("conv3d_9"));
  EXPECT_EQ(run({"quantize", "absent.json"}).exit_code, 3);
}

TEST_F(Cli, ModelErrorsAreFour) {
  write("bad.json", Json{{"class_name", "Nothing"}});
  EXPECT_EQ(run({"inspect", "--architecture", "bad.json", "--random-weights", "1"}).exit_code, 4);
  EXPECT_EQ(run({"inspect", "absent.h5"}).exit_code, 4);
  ASSERT_EQ(run({"quantize", "run.json", "-o", "out"}).exit_code, 0);
  // One flipped byte in the middle of the weights.
  const fs::path model = folder / "out/quantized.h5";
  const auto size = fs::file_size(model);
  {
    std::fstream stream(model, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(size / 2));
    const char byte = static_cast<char>(stream.peek() ^ 0x40);
    stream.seekp(static_cast<std::streamoff>(size / 2));
    stream.put(byte);
  }
  EXPECT_EQ(run({"inspect", "out/quantized.h5"}).exit_code, 4);
  fs::resize_file(model, size / 2);
  EXPECT_EQ(run({"inspect", "out/quantized.h5"}).exit_code, 4);
}

TEST_F(Cli, DataErrorsAreFive) {
  const auto few = run({"quantize", "run.json", "--set", "/data/evaluation_samples=1000"});
  EXPECT_EQ(few.exit_code, 5);
  EXPECT_THAT(few.err, HasSubstr("40"));
  const auto none = run({"quantize", "run.json", "--set", R"(/data/files=["nothing_*.h5"])"});
  EXPECT_EQ(none.exit_code, 5);
  EXPECT_THAT(none.err, HasSubstr("nothing_*.h5"));
  fs::resize_file(folder / "showers25_1.h5", fs::file_size(folder / "showers25_1.h5") / 2);
  EXPECT_EQ(run({"quantize", "run.json"}).exit_code, 5);
}

TEST_F(Cli, OutputThatCannotBeWrittenIsSix) {
  EXPECT_EQ(run({"quantize", "run.json", "-o", "run.json/out"}).exit_code, 6);
  EXPECT_EQ(run({"make-showers", "--detector", "clic25", "--events", "1", "-o", "no/such/x.h5"})
                .exit_code,
            6);
}

/// Whatever is given in place of a file: the place, what is wrong, what would be right.
TEST_F(Cli, RubbishIsNamedWithARemedy) {
  fs::create_directory(folder / "dir");
  write("empty.h5", Json());
  std::ofstream(folder / "broken.json") << "{\"model\": ";
  const std::string classifier = (fixtures() / "foreign/classifier.onnx").string();
  const std::string images = (fixtures() / "foreign/images.npy").string();
  struct Case {
    std::vector<std::string> arguments;
    int exit_code;
    std::string message;
  };
  const std::vector<Case> cases{
      {{"inspect", "dir"}, 4, "dir: is a folder without saved_model.pb; quantized.h5, "},
      {{"inspect", "absent"}, 4, "absent: there is no such file; check "},
      {{"inspect", "empty.h5"}, 4, "empty.h5: is no model of a known format; quantized.h5, "},
      {{"inspect", "--architecture", "energygan.json", "--weights", "dir"},
       4,
       "dir: is a folder; give a file"},
      {{"inspect", "--architecture", "energygan.json", "--random-weights=-1"},
       2,
       "inspect: --random-weights: "},
      {{"quantize", "broken.json"}, 3, "broken.json: is not valid JSON: line 1, column 11"},
      {{"quantize", "dir"}, 3, "dir: is a folder; give a file"},
      {{"run", classifier, "--inputs", "absent.npy", "-o", "x.h5"},
       5,
       "absent.npy: there is no such file; check "},
      {{"run", classifier, "--inputs", "empty.h5", "-o", "x.h5"},
       5,
       "empty.h5: is not an HDF5 file; check "},
      {{"run", classifier, "--inputs", images, "-o", "dir"}, 6, "dir: is a folder; name a file "},
      {{"compare", "showers25_1.h5", "showers25_1.h5", "-o", "dir"},
       6,
       "dir: is a folder; name a file "},
      {{"make-showers", "--detector", "clic25", "--events", "-3", "-o", "x.h5"},
       2,
       "make-showers: --events: '-3' is not a whole number from 1 to "},
      {{"make-showers", "--detector", "clic25", "--events", "3", "-o", "dir"},
       6,
       "dir: is a folder; name a file "}};
  for (const Case& bad : cases) {
    const auto refused = run(bad.arguments);
    EXPECT_EQ(refused.exit_code, bad.exit_code) << bad.message << refused.err;
    EXPECT_THAT(refused.err, ::testing::StartsWith("caloquant: " + bad.message));
    EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1) << refused.err;
  }
  EXPECT_THAT(partial_files(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace caloquant
