#pragma once

#include <caloquant/config.hpp>
#include <caloquant/session.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/exec/kernel_choices.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/io/onnx/opinion/second_opinion.hpp"
#include "graph/ir/graph.hpp"
#include "graph/passes/equalize_channels.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/run/final_report.hpp"
#include "quantizer/run/recipes.hpp"
#include "quantizer/run/run_observer.hpp"
#include "quantizer/tune/layer_report.hpp"
#include "quantizer/tune/loop.hpp"

namespace caloquant {

/// What a run cost.
struct RunCost {
  double seconds = 0.0;                 ///< from loading the model to the written model [s]
  double fp32_seconds_per_event = 0.0;  ///< of the fp32 model in the same engine and run [s]
  std::size_t peak_memory = 0;          ///< most that the process ever held [bytes]

  /// Events that the fp32 model computes in the time of the run; 0 where nothing was measured.
  [[nodiscard]] double fp32_events() const {
    return fp32_seconds_per_event > 0.0 ? seconds / fp32_seconds_per_event : 0.0;
  }
};

/// What a run gives, and result.json holds.
struct QuantizeResult {
  TuneResult tuning;
  ModelQuality baseline;
  std::optional<ModelQuality> final_quality;  ///< of the best configuration
  std::vector<LayerReport> layers;
  QuantPlan plan;  ///< of the best configuration
  /// Which kernel runs each weighted layer of it: "direct_rows:avx2", "jit_int8:avx512_core_vnni".
  std::map<std::string, std::string> implementations;
  std::vector<RecipeTrial> recipes;   ///< what was tried of the corrections; empty: nothing
  CostTable costs;                    ///< of the layers; empty for basic
  std::optional<FinalReport> report;  ///< of the best configuration, where the config asks for it
  std::vector<EqualizedPlace> equalized;  ///< places in the network; empty: not equalized
  RunCost cost;
  std::optional<Verification> verified;  ///< the fp32 model beside its framework; none: not asked
  std::vector<std::string> written;      ///< models and tables in the folder of results
  std::vector<OnnxNote> onnx_notes;      ///< where quantized.onnx is not what quantized.h5 is
  std::string error;                     ///< why there is no model; empty when there is one
  std::optional<onnx::ImportCheck> import_check;  ///< of an ONNX or TensorFlow model
};

/// The whole run: load, calibrate once, tune, compare, write `quantized.h5` and `quantized.onnx`
/// (as the config asks), `steps.jsonl`, `steps.csv`, `physics.txt` and `result.json` into `output`
/// (made when it does not exist; files of an earlier run are removed first). `kernels` chooses the
/// kernel of every layer; null: the default. When nothing meets the target, the best so far is
/// written. Throws ConfigError, ModelError, DataError and BackendError; after those of the run
/// itself result.json holds the error.
[[nodiscard]] QuantizeResult run_quantize(const RunConfig& config,
                                          const std::filesystem::path& output,
                                          RunObserver& observer, KernelChoices* kernels = nullptr,
                                          const RunParts& parts = {});

struct ResultContext;
/// Writes result.json, and where the config asks for it report.html, into context.folder. Throws
/// BackendError.
void write_result_files(QuantizeResult& result, const ResultContext& context);

/// Makes the folder where it does not exist, and removes the files of an earlier run, which must
/// not pass for those of this one. Throws BackendError; UsageError where one of them is among
/// `inputs`, which the run reads.
void prepare_folder(const std::filesystem::path& output,
                    const std::vector<std::filesystem::path>& inputs);

/// The layers of a canonical graph as the tuner sees them; `whole_ladder` as default_layer_spec().
[[nodiscard]] std::vector<LayerSpec> layer_specs(const Graph& graph, bool whole_ladder = false);

}  // namespace caloquant
