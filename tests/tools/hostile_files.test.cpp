// What is no file, or a broken one, in the place of every file that a command reads.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "tests/tools/classifier_run.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using testing::ClassifierRun;
using ::testing::HasSubstr;
using ::testing::StartsWith;

#if defined(__SANITIZE_ADDRESS__)
constexpr double most_seconds = 10.0;  // instrumented
#else
constexpr double most_seconds = 1.0;  // of a program that starts, looks at a file and ends
#endif

class HostileFiles : public ClassifierRun {
 protected:
  /// Runs a command that must end with this exit code and one line that names the file, at once. A
  /// busy machine has three tries.
  void expect_refused(const std::vector<std::string>& arguments, int exit_code,
                      const std::string& named) const {
    double seconds = 0.0;
    for (int i = 0; i < 3; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      const auto refused = run(arguments);
      seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      EXPECT_EQ(refused.exit_code, exit_code) << refused.err << refused.out;
      EXPECT_THAT(refused.err, StartsWith("caloquant: "));
      EXPECT_THAT(refused.err, HasSubstr(named));
      EXPECT_EQ(std::ranges::count(refused.err, '\n'), 1) << refused.err;
      if (seconds < most_seconds) {
        return;
      }
    }
    EXPECT_LT(seconds, most_seconds) << arguments.front() << " of " << named;
  }
  [[nodiscard]] std::string bytes(const fs::path& file) const {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void put(const std::string& name, const std::string& content) const {
    std::ofstream(folder / name, std::ios::binary) << content;
  }
  /// The config of the run with a change.
  void write_config(const std::string& name, const std::string& pointer, const Json& value) const {
    Json config = json_file("run.json");
    config[Json::json_pointer(pointer)] = value;
    write(name, config);
  }
  /// A folder of results in which `name` is what `place` makes.
  template <typename Place>
  [[nodiscard]] std::string folder_with(const std::string& name, Place place) const {
    const std::string copy = "results_" + name;
    fs::remove_all(folder / copy);
    fs::copy(folder / "out", folder / copy);
    fs::remove(folder / copy / name);
    place((folder / copy / name).string());
    return copy;
  }

  template <typename Place>
  void expect_refused_everywhere(const std::string& thing, Place place) const {
    SCOPED_TRACE(thing);
    for (const std::string& name : {thing, thing + ".npy", thing + ".onnx"}) {
      fs::remove_all(folder / name);
      place((folder / name).string());
    }
    const std::string npy = thing + ".npy";
    expect_refused({"inspect", thing}, 4, thing);
    expect_refused({"inspect", thing + ".onnx"}, 4, thing);
    expect_refused({"inspect", "--architecture", thing, "--random-weights", "1"}, 4, thing);
    expect_refused({"inspect", "--architecture", (fixtures() / "keras/conv2d.json").string(),
                    "--weights", thing},
                   4, thing);
    expect_refused({"quantize", thing, "-o", "never"}, 3, thing);
    expect_refused({"run", "classifier.onnx", "--inputs", npy, "-o", "never.h5"}, 5, npy);
    expect_refused({"run", "classifier.onnx", "--inputs", thing + ".onnx", "-o", "never.h5"}, 5,
                   thing);
    expect_refused({"evaluate", thing, "--config", "run.json"}, 4, thing);
    expect_refused({"compare", thing, thing}, 5, thing);
    expect_refused({"check", "out/quantized.h5", "--config", "run.json", "--baseline", thing}, 3,
                   thing);
    write_config("model.json", "/model/file", thing);
    expect_refused({"quantize", "model.json", "-o", "never"}, 4, thing);
    write_config("data.json", "/data/files", npy);
    expect_refused({"quantize", "data.json", "-o", "never"}, 5, npy);
    write_config("costs.json", "/tuning_criterion",
                 Json{{"strategy", "auto"}, {"layer_costs", thing}});
    expect_refused({"quantize", "costs.json", "-o", "never"}, 3, thing);
    for (const char* name : {"result.json", "steps.jsonl", "report.json"}) {
      expect_refused({"report", folder_with(name, place)}, 5, folder_with(name, place));
    }
    EXPECT_FALSE(fs::exists(folder / "never/quantized.h5"));
    EXPECT_FALSE(fs::exists(folder / "never.h5"));
  }
};

TEST_F(HostileFiles, AFifoIsNeverWaitedFor) {
  expect_refused_everywhere(
      "pipe", [](const std::string& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); });
}

TEST_F(HostileFiles, ALinkToAFifoIsNone) {
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  const std::string fifo = folder / "fifo";
  expect_refused_everywhere("linked",
                            [&](const std::string& path) { fs::create_symlink(fifo, path); });
}

TEST_F(HostileFiles, ADeviceIsNeverRead) {
  expect_refused_everywhere("device",
                            [](const std::string& path) { fs::create_symlink("/dev/zero", path); });
}

TEST_F(HostileFiles, ALinkToItselfIsNamed) {
  expect_refused_everywhere("circle", [](const std::string& path) {
    fs::create_symlink(fs::path(path).filename(), path);
  });
}

TEST_F(HostileFiles, AFifoAsTheKernelCacheIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo((folder / "cache").c_str(), 0600), 0);
  const auto done = run_with(
      {"benchmark", "classifier.onnx", "--repetitions", "1", "--seconds", "0.01", "--quiet"},
      {{"CALOQUANT_KERNEL_CACHE", folder / "cache"}});
  EXPECT_EQ(done.exit_code, 0) << done.err;
}

TEST_F(HostileFiles, BrokenOnesEndTheCommandsThatReadThem) {
  const std::string onnx = bytes(folder / "classifier.onnx");
  const std::string native = bytes(folder / "out/quantized.h5");
  const std::string npy = bytes(folder / "images.npy");
  const std::string result = bytes(folder / "out/result.json");
  const std::string config = bytes(folder / "run.json");
  const auto half = [](const std::string& whole) { return whole.substr(0, whole.size() / 2); };
  struct Model {
    std::string name;
    std::string content;
  };
  for (const Model& model : std::vector<Model>{{"half.onnx", half(onnx)},
                                               {"text.onnx", "a model\n"},
                                               {"empty.onnx", ""},
                                               {"half.h5", half(native)},
                                               {"unsealed.h5", native + "x"},
                                               {"text.h5", "a model\n"},
                                               {"half.keras", "PK\x03\x04"},
                                               {"empty.keras", ""}}) {
    put(model.name, model.content);
    expect_refused({"inspect", model.name}, 4, model.name);
    expect_refused({"evaluate", model.name, "--config", "run.json"}, 4, model.name);
  }
  for (const Model& data :
       std::vector<Model>{{"half.npy", half(npy)}, {"text.npy", "1 2 3\n"}, {"empty.npy", ""}}) {
    put(data.name, data.content);
    write_config("broken.json", "/data/files", data.name);
    expect_refused({"quantize", "broken.json", "-o", "never"}, 5, data.name);
    expect_refused({"evaluate", "out/quantized.h5", "--config", "broken.json"}, 5, data.name);
  }
  for (const Model& json : std::vector<Model>{{"half.json", half(config)},
                                              {"empty.json", ""},
                                              {"deep.json", std::string(100000, '[')},
                                              {"result.json", result}}) {
    put(json.name, json.content);
    expect_refused({"quantize", json.name, "-o", "never"}, 3, json.name);
    expect_refused({"evaluate", "out/quantized.h5", "--config", json.name}, 3, json.name);
  }
  EXPECT_FALSE(fs::exists(folder / "never/quantized.h5"));
}

TEST_F(HostileFiles, VariablesHaveRanges) {
  struct Case {
    std::string name;
    std::string value;
    std::string message;  ///< empty: it is ignored
  };
  for (const Case& one : std::vector<Case>{
           {"CALOQUANT_MAX_ISA", "avx1024", "CALOQUANT_MAX_ISA: 'avx1024' is no instruction set"},
           {"CALOQUANT_MAX_ISA", "\x1b[2J", "CALOQUANT_MAX_ISA: '\\x1b[2J' is no instruction set"},
           {"OMP_NUM_THREADS", "-1", ""},
           {"OMP_NUM_THREADS", "99999999", ""},
           {"OMP_NUM_THREADS", "many", ""},
           {"DNNL_MAX_CPU_ISA", "foo", ""},
           {"XDG_CACHE_HOME", "relative", ""},
           {"CALOQUANT_KERNEL_CACHE", "/dev/full", ""},
           {"CALOQUANT_KERNEL_CACHE", "/proc/none/kernels.json", ""}}) {
    SCOPED_TRACE(one.name + "=" + one.value);
    const auto done = run_with({"run", "classifier.onnx", "--inputs", "images.npy", "-o", "y.h5"},
                               {{one.name, one.value}});
    EXPECT_EQ(done.exit_code, one.message.empty() ? 0 : 2) << done.err;
    EXPECT_THAT(done.err, HasSubstr(one.message));
  }
  EXPECT_FALSE(fs::exists(folder / "relative")) << "the XDG specification: absolute or ignored";
}

}  // namespace
}  // namespace caloquant
