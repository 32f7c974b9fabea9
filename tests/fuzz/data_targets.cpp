#include "tests/fuzz/data_targets.hpp"

#include <algorithm>
#include <array>
#include <caloquant/config.hpp>
#include <caloquant/error.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "calibration/data/shower_file.hpp"
#include "calibration/tensors/tensor_file.hpp"
#include "graph/exec/kernel_choices.hpp"
#include "graph/json/json.hpp"
#include "quantizer/gate/baseline.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/output/report/run_folder.hpp"
#include "quantizer/output/report/runs_table.hpp"
#include "quantizer/output/report/sensitivity.hpp"
#include "quantizer/output/report/verdict_view.hpp"
#include "quantizer/search/space/layer_specs.hpp"
#include "quantizer/showers/generated_file.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_values = std::int64_t{1} << 22;  // that a target makes room for itself

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

void read_showers(const fs::path& file) {
  (void)is_generated(H5File::open(file, ErrorKind::data));
  for (const DataLayout layout : {DataLayout::variable_angle, DataLayout::fixed_angle}) {
    try {
      const ShowerFile showers(file, layout, {}, false, SamplingFraction());
      const std::int64_t rows = std::min<std::int64_t>(showers.rows(), 3);
      std::vector<EventLabel> labels(static_cast<std::size_t>(rows));
      showers.read_labels(0, labels);
      showers.expect_images();
      const std::int64_t values = rows * element_count(showers.image_shape());
      if (values <= most_values) {
        std::vector<float> images(static_cast<std::size_t>(values));
        showers.read_images(0, rows, 0.0, images);
      }
    } catch (const Error&) {  // the other layout is tried, too
    }
  }
}

void read_tensors(const TensorFile& file) {
  for (const std::string& name : file.names()) {
    const Shape shape = file.shape(name);
    if (shape.empty()) {
      continue;
    }
    Shape part = shape;
    part.front() = std::min<std::int64_t>(part.front(), 3);
    const std::int64_t values = element_count(part);
    if (values <= most_values) {
      std::vector<float> rows(static_cast<std::size_t>(values));
      file.read_rows(name, shape.front() - part.front(), part.front(), rows);
    }
  }
}

constexpr const char* some_result =
    R"({"_format": "caloquant result", "_version": 1, "loss": 0.5, "metric": "mse"})";

/// What the page and the terminal show of a folder of results.
void show_folder(const fs::path& folder) {
  const RunFolder run = read_run_folder(folder);
  (void)verdict_view(run);
  (void)layer_sensitivity(run.steps);
  (void)runs_table({run});
  (void)runs_json({run});
}

/// The file beside what `report` needs to read it.
void read_report(const fs::path& file) {
  const fs::path folder = file.parent_path();
  for (const auto& [name, text] : {std::pair{"result.json", some_result}, {"steps.jsonl", ""}}) {
    if (file.filename() != name) {
      write_file(folder / name, text);
    }
  }
  show_folder(folder);
}

void read_result(const fs::path& file) {
  try {
    (void)read_gate_baseline(file);
  } catch (const Error&) {  // the report reads another part of it
  }
  read_report(file);
}

void read_costs(const fs::path& file) {
  static const TuningSpace space(
      {default_layer_spec("d", "dense", true), default_layer_spec("c", "conv", true)}, {},
      "run.json");
  (void)read_layer_costs(file, space);
}

/// "@machine@" stands for this one, of which a seed cannot know.
void read_kernel_cache(const fs::path& file) {
  std::string text = read_text<ModelError>(file);
  const std::string mark = "@machine@";
  if (const std::size_t at = text.find(mark); at != std::string::npos) {
    text.replace(at, mark.size(), kernel_machine(active_isa()));
    write_file(file, text);
  }
  (void)KernelChoices(file).table();
  KernelChoices({}).adopt(text, file.string());  // as a run that goes on does
}

constexpr std::array targets{
    FuzzTarget{"showers", "showers.h5", read_showers},
    FuzzTarget{"npy", "rows.npy",
               [](const fs::path& file) { read_tensors(*open_npy_tensor(file)); }},
    FuzzTarget{"onnx_tensor", "input_0.pb",
               [](const fs::path& file) { read_tensors(*open_proto_tensors(file.parent_path())); }},
    FuzzTarget{"run_config", "run.json", [](const fs::path& file) { (void)load_run_config(file); }},
    FuzzTarget{"result", "result.json", read_result},
    FuzzTarget{"steps", "steps.jsonl", read_report},
    FuzzTarget{"report_data", "report.json", read_report},
    FuzzTarget{"layer_costs", "layer_costs.json", read_costs},
    FuzzTarget{"kernel_cache", "kernels.json", read_kernel_cache},
    FuzzTarget{"unfinished_run", "resumed/unfinished/run.json", read_unfinished_run},
    FuzzTarget{"trial_log", "journal.jsonl", read_trials},
    FuzzTarget{"prepared", "prepared.json", read_prepared},
    FuzzTarget{"publication", "published/unfinished/publish.json", read_publication},
};

}  // namespace

std::span<const FuzzTarget> fuzz_data_targets() {
  return targets;
}

}  // namespace caloquant::testing
