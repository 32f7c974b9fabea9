#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace caloquant::onnx {

/// |found - expected| <= absolute + relative * |expected| for floats; integers must be equal. The
/// defaults are those of ONNX's own test runner.
struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
};

struct FolderResult {
  std::filesystem::path folder;
  bool passed = false;
  std::string message;  ///< how many data sets agree, or why not
};

/// Folders to run: `folder` itself when it holds a model.onnx, else all below that do, sorted.
[[nodiscard]] std::vector<std::filesystem::path> test_folders(const std::filesystem::path& folder);

/// Runs model.onnx on every test_data_set_N/input_i.pb with the interpreter and compares with
/// output_i.pb. Does not throw: what is wrong with the model or the data is the message.
[[nodiscard]] FolderResult run_test_folder(const std::filesystem::path& folder,
                                           const Tolerance& tolerance = {});

}  // namespace caloquant::onnx
