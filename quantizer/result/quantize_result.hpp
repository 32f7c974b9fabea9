#pragma once

#include <caloquant/quality.hpp>
#include <caloquant/tune_result.hpp>
#include <caloquant/verify.hpp>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "calibration/data/label_sources.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/io/onnx/opinion/second_opinion.hpp"
#include "graph/passes/equalize_channels.hpp"
#include "quantizer/measure/speedup.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/plan/response_fit.hpp"
#include "quantizer/result/final_report.hpp"

namespace caloquant {

/// One combination of corrections on the probe configuration; sequential bias correction and the
/// fit to the response on the final one.
struct CorrectionTrial {
  bool equalization = false;
  bool bias_correction = false;
  bool weight_reconstruction = false;
  bool sequential_bias_correction = false;
  bool response_fit = false;
  double loss = 0.0;
  bool kept = false;
};

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
  /// Of its model on events that no trial has seen; none where no events can be drawn.
  std::optional<ModelQuality> confirmation;
  std::vector<LayerReport> layers;
  QuantPlan plan;  ///< of the best configuration
  /// Which kernel runs each weighted layer of it: "direct_rows:avx2", "jit_int8:avx512_core_vnni".
  std::map<std::string, std::string> implementations;
  std::vector<CorrectionTrial> corrections;  ///< what was tried of the corrections; empty: nothing
  std::optional<ResponseFit> response_fit;   ///< of the plan; empty: it was not to be fitted
  /// Of the best configuration that meets the target, where speed is what the strategy seeks.
  std::optional<Speedup> speedup;
  CostTable costs;                    ///< of the layers; empty for basic
  std::optional<FinalReport> report;  ///< of the best configuration, where the config asks for it
  std::vector<EqualizedPlace> equalized;  ///< places in the network; empty: not equalized
  RunCost cost;
  std::optional<LabelSources> labels;  ///< of the events; none: events without energies and angles
  std::optional<Verification> verified;  ///< the fp32 model beside its framework; none: not asked
  std::vector<std::string> written;      ///< models and tables in the folder of results
  /// Tables and pages that could not be written, and why. The model is none of them.
  std::vector<std::pair<std::string, std::string>> not_written;
  /// What the files of the model lose, read back, on the evaluation events; by name.
  std::map<std::string, ModelQuality> read_back;
  std::vector<OnnxNote> onnx_notes;  ///< where quantized.onnx is not what quantized.h5 is
  std::string error;                 ///< why there is no model; empty when there is one
  std::optional<onnx::ImportCheck> import_check;  ///< of an ONNX or TensorFlow model

  /// Passed when the target is met; undecided when nothing has failed but more events are needed.
  [[nodiscard]] Verdict verdict() const;
  /// The target is met, but fp32 is nearly as fast and has no errors.
  [[nodiscard]] bool better_kept_fp32() const {
    return tuning.target_met && speedup && !speedup->faster();
  }
};

}  // namespace caloquant
