// Output that does not arrive is an error, and no other than that.

#include <algorithm>

#include "graph/io/files/h5file.hpp"
#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using testing::Cli;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string full = "caloquant: stdout: cannot be written: No space left on device";

class CliStreams : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    ASSERT_TRUE(fs::is_character_file("/dev/full")) << "this machine's /dev/full is broken";
    fs::copy_file(fixtures() / "foreign/classifier.onnx", folder / "m.onnx");
    fs::copy_file(fixtures() / "foreign/images.npy", folder / "x.npy");
    fs::copy_file(fixtures() / "foreign/labels.npy", folder / "y.npy");
    fs::copy(fixtures() / "onnx/networks/conv_2d_groups", folder / "node",
             fs::copy_options::recursive);
  }

  /// One that prints to stdout each.
  [[nodiscard]] static std::vector<std::string> talking_commands() {
    const std::string net = " --architecture energygan.json --random-weights 1 ";
    return {"--help",
            "--version",
            "quantize --help",
            "schema",
            "operators",
            "completion bash",
            "man",
            "test-onnx node",
            "inspect m.onnx",
            "convert m.onnx -o c.h5",
            "convert m.onnx -o c.onnx",
            "run m.onnx --inputs x.npy -o r.h5",
            "make-showers --detector clic25 --events 2 -o s.h5",
            "init m.onnx --data x.npy y.npy --force -o i.json",
            "generate --events 2 -o g.h5" + net,
            "compare showers25_1.h5 showers25_1.h5 -o c.json",
            "evaluate --config run.json" + net,
            "check --config run.json --max-loss 1e30 --junit j.xml" + net,
            "benchmark --batch 1 --precision fp32 --repetitions 1 --seconds 0" + net,
            "quantize run.json --dry-run",
            "quantize run.json -o out",
            "report out",
            "report out --table --json"};
  }
};

TEST_F(CliStreams, AFullStdoutIsAnError) {
  int commands = 0;
  for (const std::string& command : talking_commands()) {
    const auto done = shell("\"$CALOQUANT\" " + command + " > /dev/full");
    EXPECT_EQ(done.exit_code, 6) << command << done.err;
    EXPECT_THAT(done.err, HasSubstr(full)) << command;
    ++commands;
  }
  std::cout << commands << " commands\n";
  // What they wrote stays.
  for (const char* file : {"c.h5", "c.onnx", "r.h5", "s.h5", "i.json", "g.h5", "c.json", "j.xml",
                           "out/result.json", "out/quantized.h5", "out/report.html"}) {
    EXPECT_TRUE(fs::exists(folder / file)) << file;
  }
  EXPECT_THAT(partial_files(), IsEmpty());
}

/// The first file that is opened must not become stdout.
TEST_F(CliStreams, AClosedStdoutIsAnError) {
  for (const std::string& command : talking_commands()) {
    if (command.find("quantize") == std::string::npos && !command.starts_with("report")) {
      const auto done = shell("\"$CALOQUANT\" " + command + " >&-");
      EXPECT_EQ(done.exit_code, 6) << command << done.err;
      EXPECT_THAT(done.err, HasSubstr("stdout: cannot be written: Bad file descriptor")) << command;
    }
  }
  EXPECT_EQ(shell("\"$CALOQUANT\" schema <&- >&- 2>&-").exit_code, 6);
  const std::string convert = "\"$CALOQUANT\" convert m.onnx -o ";
  EXPECT_EQ(shell(convert + "open.h5 --quiet").exit_code, 0);
  EXPECT_EQ(shell(convert + "closed.h5 <&- >&- 2>&-").exit_code, 6);
  EXPECT_EQ(text_file("closed.h5"), text_file("open.h5"));
  EXPECT_EQ(shell(convert + "quiet.h5 --quiet <&- >&- 2>&-").exit_code, 0);  // nothing to say
}

TEST_F(CliStreams, ABrokenPipeIsNone) {
  for (const std::string& command : talking_commands()) {
    const auto done =
        shell("{ sleep 0.1; \"$CALOQUANT\" " + command + "; echo $? > code; } | true");
    EXPECT_EQ(text_file("code"), "0\n") << command;
    EXPECT_THAT(done.err, Not(HasSubstr("caloquant:"))) << command;
  }
  EXPECT_TRUE(fs::exists(folder / "out/result.json"));
  EXPECT_EQ(shell("\"$CALOQUANT\" schema | head -n 1").out, "{\n");
}

TEST_F(CliStreams, WhatFailedBeforeKeepsItsCode) {
  EXPECT_EQ(shell("\"$CALOQUANT\" inspect none.h5 > /dev/full").exit_code, 4);
  EXPECT_EQ(shell("\"$CALOQUANT\" inspect none.h5 > /dev/full 2> /dev/full").exit_code, 4);
  EXPECT_EQ(shell("\"$CALOQUANT\" quantize run.json -o out --set "
                  "/accuracy_criterion/tolerable_loss=1e-300 > /dev/full")
                .exit_code,
            7);
}

TEST_F(CliStreams, MessagesThatDoNotArriveAreErrors) {
  EXPECT_EQ(shell("\"$CALOQUANT\" test-onnx node 2> /dev/full").exit_code, 6);
  EXPECT_EQ(shell("\"$CALOQUANT\" test-onnx node 2>&-").exit_code, 6);
  EXPECT_EQ(shell("\"$CALOQUANT\" test-onnx node --quiet 2> /dev/full").exit_code, 0);
  EXPECT_EQ(shell("\"$CALOQUANT\" nothing 2> /dev/full").exit_code, 2);
}

TEST_F(CliStreams, ALimitOfFilesIsAnError) {
  for (const std::string& command :
       {std::string("generate --architecture energygan.json --random-weights 1 --events 9 -o big"),
        std::string("make-showers --detector clic51 --events 50 -o big"),
        std::string("convert --architecture energygan.json --random-weights 1 -o big.h5"),
        std::string("convert --architecture energygan.json --random-weights 1 -o big.onnx")}) {
    const auto done = shell("ulimit -f 8; \"$CALOQUANT\" " + command);
    EXPECT_EQ(done.exit_code, 6) << command << done.err;
    EXPECT_THAT(done.err, HasSubstr("cannot be written: File too large; raise the limit"));
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
  }
  EXPECT_THAT(partial_files(), IsEmpty());
}

}  // namespace
}  // namespace caloquant
