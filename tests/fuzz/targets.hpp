#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace caloquant::testing {

/// One format that is read from files of strangers.
struct FuzzTarget {
  std::string_view name;       ///< also the folder of its seeds in tests/fuzz/corpus
  std::string_view file_name;  ///< what the bytes are called
  void (*read)(const std::filesystem::path& file);
};

/// Models: onnx, saved_model, graph_def, variables_index, keras_json, keras_archive, keras_h5,
/// native. Data: showers, npy, onnx_tensor. Files of ours: run_config, result, steps, report_data,
/// layer_costs, kernel_cache, unfinished_run, trial_log,
/// prepared, publication.
[[nodiscard]] std::span<const FuzzTarget> fuzz_targets();

/// Gives the bytes to the reader as a file. A typed error is what damaged input should come to;
/// anything else (a crash, another exception, a sanitizer's report) is a defect.
void feed(const FuzzTarget& target, std::span<const std::byte> bytes,
          const std::filesystem::path& folder);

}  // namespace caloquant::testing
