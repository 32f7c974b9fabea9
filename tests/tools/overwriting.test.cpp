// Outputs that would overwrite what the command reads, and datasets of outputs with odd names.

#include <gmock/gmock.h>

#include <fstream>

#include "graph/io/files/h5file.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/ir/editor.hpp"
#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Cli;
using ::testing::HasSubstr;

class CliOverwriting : public Cli {
 protected:
  /// The command is refused as wrong use, and the file is as it was.
  void expect_refused(const std::vector<std::string>& command, const std::string& file) const {
    const std::string before = text_file(file);
    const auto done = run(command);
    EXPECT_EQ(done.exit_code, 2) << command.front() << ": " << done.err;
    EXPECT_THAT(done.err,
                AllOf(HasSubstr("would overwrite what is read"), HasSubstr("name another file")))
        << command.front();
    EXPECT_EQ(text_file(file), before) << command.front();
  }
};

TEST_F(CliOverwriting, IsRefusedByEveryCommand) {
  fs::copy_file(fixtures() / "foreign/classifier.onnx", folder / "m.onnx");
  fs::copy_file(fixtures() / "foreign/images.npy", folder / "x.npy");
  fs::create_symlink("x.npy", folder / "link.npy");
  const std::vector<std::string> net{"--architecture", "energygan.json", "--random-weights", "1"};
  const auto with_net = [&](std::vector<std::string> command) {
    command.insert(command.begin() + 1, net.begin(), net.end());
    return command;
  };
  expect_refused({"run", "m.onnx", "--inputs", "x.npy", "-o", "x.npy"}, "x.npy");
  expect_refused({"run", "m.onnx", "--inputs", "link.npy", "-o", "x.npy"}, "x.npy");
  expect_refused({"run", "m.onnx", "--inputs", "x.npy", "-o", "./link.npy"}, "x.npy");
  expect_refused({"run", "m.onnx", "--inputs", "x.npy", "-o", "m.onnx"}, "m.onnx");
  expect_refused({"convert", "m.onnx", "-o", "m.onnx"}, "m.onnx");
  expect_refused(with_net({"generate", "--events", "1", "-o", "energygan.json"}), "energygan.json");
  expect_refused(with_net({"init", "--force", "-o", "energygan.json"}), "energygan.json");
  expect_refused(with_net({"init", "--data", "showers25_*.h5", "--force", "-o", "showers25_1.h5"}),
                 "showers25_1.h5");
  expect_refused({"compare", "showers25_1.h5", "showers25_*.h5", "-o", "showers25_1.h5"},
                 "showers25_1.h5");
  for (const char* option : {"--junit", "--markdown"}) {
    expect_refused({"check", "m.onnx", "--config", "run.json", "--max-loss", "1", option, "m.onnx"},
                   "m.onnx");
    expect_refused(
        {"check", "m.onnx", "--config", "run.json", "--max-loss", "1", option, "showers25_1.h5"},
        "showers25_1.h5");
  }
  fs::create_directory(folder / "out");
  std::ofstream(folder / "out/result.json") << "{}";
  expect_refused({"report", "out", "-o", "out/result.json"}, "out/result.json");
}

/// What a model or a config brings along, by every name that it has.
TEST_F(CliOverwriting, OfFilesThatOthersNameIsRefusedToo) {
  const auto copy = [&](const std::string& from, const std::string& to) {
    fs::copy(fixtures() / from, folder / to, fs::copy_options::recursive);
  };
  copy("onnx/networks/generator3d_external", "external");
  copy("calorimeter", "saved");
  copy("foreign/classifier.onnx", "m.onnx");
  copy("foreign/images.npy", "x.npy");
  copy("foreign/labels.npy", "y.npy");
  std::string data;  // of the network of external/model.onnx
  for (const auto& entry : fs::directory_iterator(folder / "external")) {
    if (entry.is_regular_file() && entry.path().extension() != ".onnx") {
      data = "external/" + entry.path().filename().string();
    }
  }
  fs::create_hard_link(folder / data, folder / "hard");
  for (const std::string& output : {data, std::string("hard")}) {
    expect_refused(
        {"run", "external/model.onnx", "--inputs", "external/test_data_set_0", "-o", output},
        output);
    expect_refused({"init", "external/model.onnx", "--force", "-o", output}, output);
    expect_refused({"check", "external/model.onnx", "--config", "run.json", "--max-loss", "1",
                    "--junit", output},
                   output);
  }
  const std::string index = "saved/variables/variables.index";
  expect_refused({"generate", "saved", "--events", "1", "-o", index}, index);
  expect_refused({"init", "saved", "--force", "-o", index}, index);
  Json config = Cli::config();
  config["model"] = {{"file", "m.onnx"}, {"expected", "expected.h5"}};
  config["tuning_criterion"]["layer_costs"] = "costs.json";
  write("other.json", config);
  for (const char* file : {"expected.h5", "costs.json", "other.json"}) {
    if (!fs::exists(folder / file)) {
      std::ofstream(folder / file) << "text";
    }
    expect_refused(
        {"check", "m.onnx", "--config", "other.json", "--max-loss", "1", "--markdown", file}, file);
  }
  fs::create_directory(folder / "base");
  for (const char* file : {"base/result.json", "base/quantized.h5"}) {
    std::ofstream(folder / file) << "text";
    expect_refused({"check", "m.onnx", "--config", "run.json", "--baseline", "base/result.json",
                    "--junit", file},
                   file);
  }
  expect_refused({"compare", "showers25_1.h5", "showers25_1.h5", "--discriminator",
                  (fixtures() / "keras/discriminator3d.h5").string(), "-o", "showers25_1.h5"},
                 "showers25_1.h5");
}

TEST_F(CliOverwriting, OfOneOutputByTheOtherIsRefused) {
  fs::copy_file(fixtures() / "foreign/classifier.onnx", folder / "m.onnx");
  const auto done = run({"check", "m.onnx", "--config", "run.json", "--max-loss", "1", "--junit",
                         "report", "--markdown", "./report"});
  EXPECT_EQ(done.exit_code, 2) << done.err;
  EXPECT_THAT(done.err, HasSubstr("--markdown: './report' is the file of --junit, too"));
  EXPECT_FALSE(fs::exists(folder / "report"));
}

/// Devices are no names to be replaced: /dev/null stays what it is, also for root.
TEST_F(CliOverwriting, DevicesAreWritten) {
  fs::copy_file(fixtures() / "foreign/classifier.onnx", folder / "m.onnx");
  fs::copy_file(fixtures() / "foreign/images.npy", folder / "x.npy");
  for (const char* device : {"/dev/null", "/dev/stdout"}) {
    const auto done = run({"run", "m.onnx", "--inputs", "x.npy", "--quiet", "-o", device});
    EXPECT_EQ(done.exit_code, 0) << done.err;
    EXPECT_EQ(done.out.starts_with("\x89HDF\r\n"), device == std::string("/dev/stdout"));
    EXPECT_FALSE(fs::is_regular_file(fs::symlink_status(device))) << device;
  }
}

/// Files of an earlier run are removed first: none of them may be what this one reads.
TEST_F(CliOverwriting, QuantizeKeepsItsInputs) {
  fs::create_directory(folder / "out");
  Json config = Cli::config();
  config["model"]["architecture"] = "../energygan.json";
  config["data"]["files"] = {"../showers25_*.h5"};
  write("out/result.json", config);
  expect_refused({"quantize", "out/result.json", "-o", "out"}, "out/result.json");
  fs::copy_file(folder / "showers25_1.h5", folder / "out/quantized.h5");
  config = Cli::config();
  config["data"]["files"] = {"out/quantized.h5"};
  write("other.json", config);
  expect_refused({"quantize", "other.json", "-o", "out"}, "out/quantized.h5");
  // In the words of the command line, not in those of the library.
  EXPECT_THAT(run({"quantize", "other.json", "-o", "out"}).err, HasSubstr("--output: "));
}

TEST_F(CliOverwriting, OutputsWithOddNamesAreDatasets) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("in/x:0", {dynamic, 2});
  const std::vector<std::string> names{"out/1", "out_1", ".", "a", "a/b", "a:0"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Tensor add = Tensor::of<float>({2}, std::vector<float>(2, static_cast<float>(i)));
    const Tensor one = Tensor::of<float>({2}, std::vector<float>(2, 1.0F));
    editor.add_output(names[i], editor.add_node("n" + std::to_string(i), Affine{},
                                                {x, editor.add_constant("one", one),
                                                 editor.add_constant("add", add)}));
  }
  write_onnx(editor.finish(), folder / "m.onnx");
  H5File file = H5File::create(folder / "x.h5");
  file.write("/in%2Fx:0", Tensor::of<float>({1, 2}, std::vector<float>(2, 0.0F)));
  file.write("/y:0", Tensor::of<float>({1, 2}, std::vector<float>(2, 0.0F)));
  file.commit();
  for (const char* input : {"x.h5", "x.h5:y:0", "x.h5:in/x:0"}) {
    const auto done = run({"run", "m.onnx", "--inputs", input, "-o", "y.h5"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const H5File found = H5File::open(folder / "y.h5", ErrorKind::data);
    const char* const paths[] = {"/out%2F1", "/out_1", "/%2E", "/a", "/a%2Fb", "/a:0"};
    for (std::size_t i = 0; i < names.size(); ++i) {
      EXPECT_EQ(found.read(paths[i], DType::f32).data<float>()[0], static_cast<float>(i));
      EXPECT_EQ(found.has_attribute(paths[i], "name"), paths[i] != "/" + names[i]);
    }
    EXPECT_EQ(found.string_attribute("/a%2Fb", "name"), "a/b");
  }
}

}  // namespace
}  // namespace caloquant
