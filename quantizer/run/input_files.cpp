#include "quantizer/run/input_files.hpp"

#include <caloquant/error.hpp>

#include "calibration/data/file_list.hpp"
#include "graph/load_model/load_model.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;

void add(std::vector<fs::path>& files, const std::vector<std::string>& patterns,
         const fs::path& folder) {
  for (const std::string& pattern : patterns) {
    try {
      const std::vector<fs::path> found = expand_files({pattern}, folder, true);
      files.insert(files.end(), found.begin(), found.end());
    } catch (const DataError&) {
      continue;
    }
  }
}

}  // namespace

std::vector<fs::path> input_files(const RunConfig& config) {
  const fs::path folder = fs::path(config.source).parent_path();
  std::vector<fs::path> files = model_files(config.model);
  files.insert(files.end(),
               {fs::path(config.source), config.model.expected, config.tuning.layer_costs});
  add(files, config.data.files, folder);
  if (config.data.tensors) {
    add(files, config.data.tensors->target_files, folder);
  }
  return files;
}

}  // namespace caloquant
