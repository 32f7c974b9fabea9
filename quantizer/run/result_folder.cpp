#include "quantizer/run/result_folder.hpp"

#include <array>
#include <caloquant/error.hpp>
#include <system_error>
#include <utility>

#include "graph/io/files/output_guard.hpp"

namespace caloquant {

ResultFolder::ResultFolder(std::filesystem::path folder,
                           const std::vector<std::filesystem::path>& inputs)
    : folder_(std::move(folder)) {
  if (!writes()) {
    return;
  }
  constexpr std::array names{"quantized.h5", "quantized.onnx", "steps.jsonl",
                             "steps.csv",    "result.json",    "layer_costs.json",
                             "physics.txt",  "report.json",    "report.html"};
  for (const char* name : names) {
    refuse_overwriting("folder", folder_ / name, inputs);
  }
  std::error_code failure;
  std::filesystem::create_directories(folder_, failure);
  if (failure || !std::filesystem::is_directory(folder_)) {
    throw BackendError(folder_.string(), "is no folder and cannot be made one",
                       "choose another folder for the results");
  }
  for (const char* name : names) {
    std::filesystem::remove(folder_ / name, failure);
  }
}

Journal* ResultFolder::new_journal() {
  if (!writes()) {
    return nullptr;
  }
  journal_.reset();  // closes its files, which the next one writes anew
  journal_ = std::make_unique<Journal>(folder_);
  return journal_.get();
}

}  // namespace caloquant
