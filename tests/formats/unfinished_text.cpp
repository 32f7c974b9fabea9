#include "tests/formats/unfinished_text.hpp"

#include <caloquant/error.hpp>
#include <caloquant/session.hpp>
#include <fstream>
#include <sstream>

#include "graph/json/json.hpp"
#include "quantizer/folder/prepared_state.hpp"
#include "quantizer/folder/publication.hpp"
#include "quantizer/folder/trial_log.hpp"
#include "tests/support/support.hpp"

namespace caloquant::testing {

namespace fs = std::filesystem;

std::string unfinished_text(const fs::path& file) {
  const TempDir folder;
  fs::create_directory(folder / "unfinished");
  fs::copy_file(file, folder / "unfinished/run.json");
  const RunConfig config = unfinished_config(folder.path());
  return fs::path(config.model.file).filename().string() + ", " +
         std::to_string(config.data.evaluation_samples) + " events";
}

// The hashes of its lines begin with the identity in the run.json of the same run.
std::string trials_text(const fs::path& file) {
  const fs::path run =
      fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/formats/unfinished_run/v1/run.json";
  const std::string origin = Json::parse(read_text<DataError>(run)).at("identity").dump(2) + "\n";
  const TrialLogContent log = read_trial_log(file, origin);
  std::ostringstream text;
  text << log.trials.size() << " trials, " << log.trials.at(1).trial.proposal.changed << ": "
       << log.trials.at(1).quality->loss.value;
  return text.str();
}

std::string prepared_text(const fs::path& file) {
  const PreparedState state =
      prepared_state_from(parse_json<DataError>(read_text<DataError>(file), file.string()), file);
  std::ostringstream text;
  text << state.ranges.events << " events, "
       << state.ranges.layers.at("/head/Gemm").at(RangeAlgorithm::automatic).high << ", "
       << state.ranges.candidates.size() << " layers to choose for, "
       << state.equalized_by.value().size() << " equalized by";
  return text.str();
}

std::string publication_text(const fs::path& file) {
  const TempDir folder;
  fs::create_directories(folder / "unfinished/files");
  fs::copy_file(file, folder / "unfinished/publish.json");
  std::ofstream(folder / "unfinished/files/quantized.h5").flush();
  std::ofstream(folder / "quantized.onnx").flush();
  try {
    complete_publication(folder.path());
  } catch (const DataError& error) {
    throw DataError(file.string(), error.problem(), error.remedy());
  }
  std::string text;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    text += entry.path().filename().string() + " ";
  }
  return text;
}

}  // namespace caloquant::testing
