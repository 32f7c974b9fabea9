#include "tests/tools/classifier_run.hpp"

namespace caloquant::testing {

void ClassifierRun::SetUp() {
  for (const char* name : {"classifier.onnx", "images.npy"}) {
    std::filesystem::copy_file(fixtures() / "foreign" / name, folder / name);
  }
  write("run.json", Json::parse(R"({
    "model": {"file": "classifier.onnx"},
    "data": {"files": "images.npy", "calibration_samples": 32, "evaluation_samples": 128},
    "input": {"encoding": "tensor"},
    "metric": {"name": "mse"},
    "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1000},
    "emit": {"formats": ["h5", "onnx"]}
  })"));
  const auto done = run({"quantize", "run.json", "-o", "out", "--quiet"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
}

}  // namespace caloquant::testing
