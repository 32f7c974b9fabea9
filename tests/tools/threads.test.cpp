// Whatever OpenMP is told by the environment and whatever it grants, results have the same bits.

#include <sched.h>

#include <algorithm>
#include <optional>

#include "graph/io/files/h5file.hpp"
#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using testing::Cli;
namespace fs = std::filesystem;

using Environment = std::map<std::string, std::string>;

std::string name_of(const Environment& environment) {
  std::string name;
  for (const auto& [variable, value] : environment) {
    name += variable + "=" + value + " ";
  }
  return name;
}

/// From one thread to more than there are processors.
const std::vector<Environment>& environments() {
  static const std::vector<Environment> all{{{"OMP_THREAD_LIMIT", "1"}},
                                            {{"OMP_THREAD_LIMIT", "2"}, {"OMP_NUM_THREADS", "4"}},
                                            {{"OMP_THREAD_LIMIT", "3"}, {"OMP_NUM_THREADS", "4"}},
                                            {{"OMP_THREAD_LIMIT", "64"}, {"OMP_NUM_THREADS", "7"}},
                                            {{"OMP_DYNAMIC", "true"}, {"OMP_NUM_THREADS", "4"}},
                                            {{"OMP_MAX_ACTIVE_LEVELS", "0"}},
                                            {{"OMP_NUM_THREADS", "100000"}},
                                            {{"OMP_NUM_THREADS", "2,2"}}};
  return all;
}

class CliThreads : public Cli {
 protected:
  /// The program on one processor alone; nothing where there is no taskset.
  [[nodiscard]] std::optional<testing::Finished> on_one_processor(
      std::vector<std::string> arguments) const {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (!fs::exists("/usr/bin/taskset") || sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
      return std::nullopt;
    }
    std::size_t processor = 0;
    while (!CPU_ISSET(processor, &allowed)) {
      ++processor;
    }
    arguments.insert(arguments.begin(),
                     {"/usr/bin/taskset", "-c", std::to_string(processor), CALOQUANT_BINARY});
    return testing::launch({arguments, folder.path().string(), {}, {}, 0});
  }

  [[nodiscard]] std::vector<float> values(const std::string& file, const std::string& name) const {
    const Tensor all = H5File::open(folder / file, ErrorKind::data).read(name, DType::f32);
    const auto data = all.data<float>();
    return {data.begin(), data.end()};
  }

  /// `arguments` write `file`, whose dataset `name` is compared.
  void expect_equal(std::vector<std::string> arguments, const std::string& name) const {
    const auto into = [&](const std::string& file) {
      std::vector<std::string> all = arguments;
      all.insert(all.end(), {"-o", file, "--quiet"});
      return all;
    };
    ASSERT_EQ(run(into("normal.h5")).exit_code, 0);
    const std::vector<float> expected = values("normal.h5", name);
    for (const Environment& environment : environments()) {
      const auto done = run_with(into("other.h5"), environment);
      ASSERT_EQ(done.exit_code, 0) << name_of(environment) << done.err;
      EXPECT_TRUE(values("other.h5", name) == expected)
          << arguments.front() << ", " << name_of(environment);
    }
    if (const auto done = on_one_processor(into("other.h5"))) {
      ASSERT_EQ(done->exit_code, 0) << done->err;
      EXPECT_TRUE(values("other.h5", name) == expected) << arguments.front() << ", one processor";
    }
  }
};

TEST_F(CliThreads, GenerateGivesTheSameShowers) {
  expect_equal({"generate", "--architecture", "energygan.json", "--random-weights", "5", "--events",
                "11", "--seed", "4"},
               "/ECAL");
}

TEST_F(CliThreads, RunGivesTheSameOutputs) {
  const fs::path foreign = fixtures() / "foreign";
  expect_equal({"run", (foreign / "classifier.onnx").string(), "--inputs",
                (foreign / "images.npy").string()},
               "/scores");
}

// Losses and bytes of a run whose layers need calibration, statistics and corrections; another
// batch changes neither.
TEST_F(CliThreads, QuantizeMakesTheSameModel) {
  Json json = config();
  json["quantization"]["recipes"] = {{"weight_reconstruction", "on"}, {"bias_correction", "on"}};
  write("run.json", json);
  ASSERT_EQ(run({"quantize", "run.json", "-o", "normal"}).exit_code, 0);
  const auto expect_same = [&](const testing::Finished& done, const std::string& where) {
    ASSERT_EQ(done.exit_code, 0) << where << done.err;
    const Json expected = json_file("normal/result.json");
    const Json found = json_file("other/result.json");
    EXPECT_EQ(found["loss"], expected["loss"]) << where;
    for (std::size_t step = 0; step < expected["steps"].size(); ++step) {
      EXPECT_EQ(found["steps"][step]["loss"], expected["steps"][step]["loss"]) << where;
    }
    EXPECT_TRUE(text_file("other/quantized.h5") == text_file("normal/quantized.h5")) << where;
  };
  for (const Environment& environment : environments()) {
    expect_same(run_with({"quantize", "run.json", "-o", "other"}, environment),
                name_of(environment));
  }
  for (const char* batch : {"1", "3", "32"}) {
    const std::string set = std::string("/execution/batch=") + batch;
    expect_same(run({"quantize", "run.json", "-o", "other", "--set", set}), set);
  }
  if (const auto done = on_one_processor({"quantize", "run.json", "-o", "other"})) {
    expect_same(*done, "one processor");
  }
}

TEST_F(CliThreads, BenchmarkAndEvaluateWork) {
  ASSERT_EQ(run({"quantize", "run.json", "-o", "out"}).exit_code, 0);
  const auto loss = [&](const Environment& environment) {
    const auto done =
        run_with({"evaluate", "out/quantized.h5", "--config", "run.json", "--json"}, environment);
    EXPECT_EQ(done.exit_code, 0) << name_of(environment) << done.err;
    return Json::parse(done.out)["loss"];
  };
  const Json expected = loss({});
  for (const Environment& environment : environments()) {
    EXPECT_EQ(loss(environment), expected) << name_of(environment);
    const auto done = run_with({"benchmark", "--architecture", "energygan.json", "--random-weights",
                                "5", "--precision", "plain,fp32", "--batch", "3", "--threads", "4",
                                "--seconds", "0.01", "--repetitions", "1", "--json"},
                               environment);
    ASSERT_EQ(done.exit_code, 0) << name_of(environment) << done.err;
    if (const auto limit = environment.find("OMP_THREAD_LIMIT"); limit != environment.end()) {
      const int granted = std::min(4, std::stoi(limit->second));
      EXPECT_THAT(Json::parse(done.out).dump(),
                  ::testing::HasSubstr("\"threads\":" + std::to_string(granted)));
    }
  }
}

}  // namespace
}  // namespace caloquant
