#pragma once

#include <caloquant/config.hpp>
#include <caloquant/run_observer.hpp>
#include <caloquant/session.hpp>
#include <filesystem>
#include <vector>

#include "graph/exec/kernel_choices.hpp"
#include "quantizer/result/quantize_result.hpp"

namespace caloquant {

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

}  // namespace caloquant
