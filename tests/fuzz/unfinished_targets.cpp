// The state of a run that goes on: what is read must also be safe to use, and must be what a run
// would write.

#include <caloquant/config.hpp>
#include <caloquant/error.hpp>
#include <caloquant/session.hpp>
#include <fstream>
#include <stdexcept>
#include <string>

#include "calibration/observers/automatic.hpp"
#include "graph/json/json.hpp"
#include "ops/core/qmath.hpp"
#include "quantizer/folder/prepared_state.hpp"
#include "quantizer/folder/publication.hpp"
#include "quantizer/folder/run_identity.hpp"
#include "quantizer/folder/trial_json.hpp"
#include "quantizer/folder/trial_log.hpp"
#include "tests/fuzz/data_targets.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* origin = "run";

void expect(bool holds, const char* broken) {
  if (!holds) {
    throw std::logic_error(broken);
  }
}

void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// With hashes that are right, as a stranger would make them: what stands in front of the first
/// space of a line goes.
std::string sealed(const std::string& log) {
  std::string made;
  std::string hash = first_hash(origin);
  std::size_t begin = 0;
  for (std::size_t end = log.find('\n'); end != std::string::npos; end = log.find('\n', begin)) {
    const std::string line = log.substr(begin, end - begin);
    const std::string text = line.substr(line.find(' ') + 1);
    hash = first_hash(hash + text);
    made.append(hash).append(" ").append(text).append("\n");
    begin = end + 1;
  }
  return made;
}

}  // namespace

void read_unfinished_run(const fs::path& file) {
  try {
    (void)unfinished_config(file.parent_path().parent_path());
  } catch (const Error&) {  // its identity is read, too
  }
  const Json json = parse_json<DataError>(read_text<DataError>(file), file.string());
  expect(identity_difference(json, json).empty(), "a run differs from itself");
  (void)identity_difference(json, Json::object());
  (void)identity_difference(Json::object(), json);
}

void read_trials(const fs::path& file) {
  const std::string log = read_text<DataError>(file);
  try {
    (void)read_trial_log(file, origin);
  } catch (const Error&) {  // a hash that is wrong
  }
  write_bytes(file, sealed(log));
  for (const FinishedTrial& finished : read_trial_log(file, origin).trials) {
    const Json trial = whole_json(finished.trial);
    expect(trial == whole_json(trial_from_json(trial, "again")), "a trial becomes another one");
    if (finished.quality) {
      const Json quality = whole_json(*finished.quality);
      expect(quality == whole_json(quality_from_json(quality, "again")),
             "a quality becomes another one");
    }
  }
}

void read_prepared(const fs::path& file) {
  const PreparedState state = prepared_state_from(
      parse_json<DataError>(read_text<DataError>(file), file.string()), file.string());
  const Json json = to_json(state);
  expect(json == to_json(prepared_state_from(json, "again")), "a state becomes another one");
  for (const auto& [layer, by_algorithm] : state.ranges.layers) {
    for (const auto& [algorithm, range] : by_algorithm) {
      (void)asymmetric_u8(range.low, range.high);
      (void)symmetric_s8(range.low, range.high);
      (void)symmetric_s16(range.low, range.high, 32767);
    }
  }
  for (const auto& [layer, candidates] : state.ranges.candidates) {
    (void)best_candidate(candidates);
  }
}

void read_publication(const fs::path& file) {
  const fs::path unfinished = file.parent_path();
  const fs::path folder = unfinished.parent_path();
  const fs::path outside = folder.parent_path() / "outside";
  write_bytes(outside, "kept");
  write_bytes(folder / "model", "former");
  fs::create_directories(unfinished / staged_name);
  write_bytes(unfinished / staged_name / "model", "new");
  try {
    complete_publication(folder);
  } catch (const Error&) {
    expect(fs::exists(file), "a list that was refused is gone");
  }
  expect(fs::exists(outside) && read_text<DataError>(outside) == "kept",
         "a file outside of the folder was changed");
  fs::remove_all(folder);
}

}  // namespace caloquant::testing
