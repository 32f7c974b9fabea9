// A committed sample of every version of every file format of ours (tests/fixtures/formats): it is
// read to the values that were written, or refused with a remedy; newer ones are refused politely.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <caloquant/config.hpp>
#include <caloquant/error.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>

#include "calibration/data/shower_file.hpp"
#include "graph/exec/kernel_choices.hpp"
#include "graph/io/native/native_format.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/json/json.hpp"
#include "graph/load_model/load_model.hpp"
#include "quantizer/gate/baseline.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/output/report/run_folder.hpp"
#include "quantizer/search/space/layer_specs.hpp"
#include "quantizer/showers/generated_file.hpp"
#include "tests/formats/unfinished_text.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string bytes_of_sample(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  EXPECT_TRUE(stream) << file;
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// With a higher version.
using Raise = std::function<std::string(const std::string& bytes, int to)>;

std::string raised_json(const std::string& bytes, int to) {
  Json json = Json::parse(bytes);
  json["_version"] = to;
  return json.dump(1);
}

/// A format of ours. Whoever raises its version adds a sample under v<N> and its golden here.
struct Format {
  std::string name;  ///< folder in tests/fixtures/formats
  std::string file;
  /// Reads the file to a line of what it says; throws what users see.
  std::function<std::string(const fs::path& file)> read;
  /// By version: what read() gives of the sample; a text that begins with "!" is part of the error.
  std::map<int, std::string> golden;
  /// Empty: the format has no version of its own.
  Raise raise;
};

std::string model_text(const fs::path& file) {
  const NativeModel model = read_native(file);
  verify_samples(model, file);
  std::ostringstream text;
  text << model.graph.nodes().size() << " nodes, " << model.graph.parameter_count()
       << " parameters, first output " << model.sample_outputs.front().data<float>()[0];
  return text.str();
}

std::string baseline_text(const fs::path& file) {
  const GateBaseline baseline = read_gate_baseline(file);
  std::ostringstream text;
  text << baseline.metric << " " << baseline.loss.value << " +- "
       << baseline.loss.standard_error.value_or(-1.0) << " of model "
       << baseline.parent.at(0).substr(0, 8);
  return text.str();
}

std::string costs_text(const fs::path& file) {
  const TuningSpace space({default_layer_spec("/head/Gemm", "dense")}, {}, "run.json");
  const CostTable costs = read_layer_costs(file, space);
  return std::to_string(costs.at("/head/Gemm").at(Precision::fp32).bytes);
}

/// Of a folder of results that has only what is read here and what must be there.
RunFolder folder_of(const fs::path& file, const std::string& name) {
  const testing::TempDir folder;
  std::ofstream(folder / "result.json")
      << R"({"_format": "caloquant result", "_version": 1, "loss": 1, "metric": "mse"})";
  std::ofstream(folder / "steps.jsonl").flush();
  fs::copy_file(file, folder / name, fs::copy_options::overwrite_existing);
  return read_run_folder(folder.path());
}

std::string showers_text(const fs::path& file) {
  const bool generated = is_generated(H5File::open(file, ErrorKind::data));
  const ShowerFile showers(file, DataLayout::variable_angle, {});
  std::vector<EventLabel> labels(static_cast<std::size_t>(showers.rows()));
  showers.read_labels(0, labels);
  std::ostringstream text;
  text << (generated ? "generated, " : "of others, ") << showers.rows() << " events of "
       << to_string(showers.image_shape()) << ", energy " << labels.front().energy;
  return text.str();
}

std::string kernels_text(const fs::path& file) {
  const testing::TempDir folder;
  std::string text = bytes_of_sample(file);
  const std::string mark = "@machine@";
  text.replace(text.find(mark), mark.size(), kernel_machine(active_isa()));
  std::ofstream(folder / "kernels.json") << text;
  return std::to_string(KernelChoices(folder / "kernels.json").table().size()) + " layers";
}

std::string config_text(const fs::path& file) {
  const RunConfig config = load_run_config(file);
  return fs::path(config.model.file).filename().string() + ", " +
         std::to_string(config.data.evaluation_samples) + " events, tolerance " +
         std::to_string(config.accuracy.tolerable_loss);
}

std::string raised_showers(const std::string& bytes, int to) {
  const testing::TempDir folder;
  H5File made = H5File::create(folder / "raised.h5");
  made.set_attribute("/", "_format", std::string(generated_format));
  made.set_attribute("/", "_version", static_cast<std::int64_t>(to));
  made.commit();
  EXPECT_FALSE(bytes.empty());
  return bytes_of_sample(folder / "raised.h5");
}

std::string raised_model(const std::string& bytes, int to) {
  const std::string word = "caloquant-model ";
  std::string raised = bytes;
  raised.replace(word.size(), 1, std::to_string(to));
  return raised;
}

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
      {"quantized_h5",
       "quantized.h5",
       model_text,
       {{1, "!quantize the fp32 model again"},
        {2, "!quantize the fp32 model again"},
        {3, "14 nodes, 4548 parameters, first output -5.89122"}},
       raised_model},
      {"result",
       "result.json",
       baseline_text,
       {{1, "mse reference=fp32_paired 0.00689903 +- 0.00176804 of model 452e7c65"}},
       raised_json},
      {"layer_costs", "layer_costs.json", costs_text, {{1, "256.000000"}}, raised_json},
      {"report_data",
       "report.json",
       [](const fs::path& file) {
         return std::to_string(folder_of(file, "report.json").data.at("layers").at("list").size()) +
                " layers";
       },
       {{1, "5 layers"}},
       raised_json},
      {"steps",
       "steps.jsonl",
       [](const fs::path& file) {
         const Json step = folder_of(file, "steps.jsonl").steps.at(0);
         return step.at("changed").get<std::string>() + ": " + step.at("loss").dump();
       },
       {{1, "conv int8 minmax per_channel, dense int8 minmax per_channel: 0.0068990254568311055"}},
       {}},
      {"showers",
       "showers.h5",
       showers_text,
       {{0, "generated, 2 events of [6, 7, 7], energy 426.662"},
        {1, "generated, 2 events of [6, 7, 7], energy 426.662"}},
       raised_showers},
      {"run_config",
       "run.json",
       config_text,
       {{1, "classifier.onnx, 64 events, tolerance 1000.000000"}},
       raised_json},
      {"kernel_cache", "kernels.json", kernels_text, {{1, "0 layers"}, {2, "8 layers"}}, {}},
      {"unfinished_run",
       "run.json",
       testing::unfinished_text,
       {{1, "classifier.onnx, 64 events"}},
       raised_json},
      // No version of its own: that of run.json beside it.
      {"trial_log",
       "journal.jsonl",
       testing::trials_text,
       {{1,
         "2 trials, conv int8 automatic per_tensor, dense int8 automatic per_channel: 0.0258551"}},
       {}},
      {"prepared",
       "prepared.json",
       testing::prepared_text,
       {{1, "32 events, 14.1044, 5 layers to choose for, 5 equalized by"}},
       raised_json},
      {"publication",
       "publish.json",
       testing::publication_text,
       {{1, "quantized.h5 "}},
       raised_json},
      {"onnx",
       "model.onnx",
       [](const fs::path& file) {
         const EnergyUnits units = read_onnx(file).output_units();
         return std::to_string(units.scale) + ", " + std::to_string(units.power);
       },
       {{1, "50.000000, 0.850000"}},
       {}},
  };
  return all;
}

fs::path samples_of(const Format& format) {
  return fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/formats" / format.name;
}

std::string read_or_error(const Format& format, const fs::path& file) {
  try {
    return format.read(file);
  } catch (const Error& error) {
    return std::string("!") + error.what();
  }
}

TEST(Formats, EveryVersionIsReadOrRefusedWithARemedy) {
  for (const Format& format : formats()) {
    for (const auto& [version, golden] : format.golden) {
      const fs::path sample = samples_of(format) / ("v" + std::to_string(version)) / format.file;
      SCOPED_TRACE(sample);
      EXPECT_LE(bytes_of_sample(sample).size(), 50000U) << "samples are small";
      const std::string found = read_or_error(format, sample);
      if (golden.starts_with("!")) {
        EXPECT_THAT(found, AllOf(HasSubstr(golden.substr(1)), HasSubstr(sample.string())));
      } else {
        EXPECT_EQ(found, golden);
      }
    }
  }
}

/// What the same version wrote before it had all that it has now.
TEST(Formats, EarlierFilesOfAVersionAreRead) {
  for (const Format& format : formats()) {
    const fs::path sample =
        samples_of(format) / ("v" + std::to_string(format.golden.rbegin()->first));
    const fs::path earlier = sample / ("earlier" + fs::path(format.file).extension().string());
    if (fs::exists(earlier)) {
      const std::string found = read_or_error(format, earlier);
      EXPECT_FALSE(found.starts_with("!")) << found;
      EXPECT_FALSE(found.empty());
    }
  }
}

/// Fails also when a version was raised and no sample of it lies beside the others: then the next
/// one is no newer one.
TEST(Formats, NewerOnesAreRefusedPolitely) {
  for (const Format& format : formats()) {
    if (!format.raise) {
      continue;
    }
    const int newest = format.golden.rbegin()->first;
    const fs::path sample = samples_of(format) / ("v" + std::to_string(newest)) / format.file;
    const testing::TempDir folder;
    std::ofstream(folder / format.file, std::ios::binary)
        << format.raise(bytes_of_sample(sample), newest + 1);
    const std::string found = read_or_error(format, folder / format.file);
    EXPECT_THAT(
        found, AllOf(HasSubstr("!"), HasSubstr(format.file), HasSubstr(std::to_string(newest + 1))))
        << format.name;
    if (format.name != "run_config") {  // which people write
      EXPECT_THAT(found, HasSubstr("newer caloquant")) << format.name;
    }
  }
}

TEST(Formats, EveryFolderOfSamplesIsListed) {
  std::set<std::string> names{"check", "comparison"};  // written for others, read by nobody here
  for (const Format& format : formats()) {
    names.insert(format.name);
    for (const auto& entry : fs::directory_iterator(samples_of(format))) {
      const std::string name = entry.path().filename().string();
      EXPECT_TRUE(format.golden.contains(std::stoi(name.substr(1)))) << entry.path();
    }
  }
  for (const auto& entry :
       fs::directory_iterator(fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/formats")) {
    if (entry.is_directory()) {
      EXPECT_TRUE(names.contains(entry.path().filename().string())) << entry.path();
    }
  }
}

}  // namespace
}  // namespace caloquant
