#pragma once

#include <caloquant/config.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

class KernelChoices;
struct QuantizeResult;
struct ModelQuality;
struct RunCost;
struct ShowerLossResult;

/// What a result came from.
struct ResultContext {
  const RunConfig& config;
  std::vector<std::filesystem::path> model_files;
  std::vector<std::filesystem::path> data_files;
  const KernelChoices* kernels = nullptr;  ///< what was measured; null: the default kernels ran
  std::filesystem::path folder{};          ///< of what was written
};

/// Writes result.json atomically; quantizer/FILES.md says what is read from it again. Throws
/// BackendError.
void write_result_json(const QuantizeResult& result, const ResultContext& context,
                       const std::filesystem::path& file);

/// Names of all files in the folder of a run with a model, result.json last.
[[nodiscard]] std::vector<std::string> files_in_folder(const QuantizeResult& result);

/// What it writes.
[[nodiscard]] Json result_json(const QuantizeResult& result, const ResultContext& context);
/// What a run came to: the first keys of result.json, from target_met to best_step.
[[nodiscard]] Json outcome_json(const QuantizeResult& result, const RunConfig& config);
[[nodiscard]] Json cost_json(const RunCost& cost);
/// What a model was asked, and the answers: "criteria" of result.json, without a confirmation.
[[nodiscard]] Json criteria_json(const ModelQuality& quality, const RunConfig& config);

/// value, standard error, dead-output loss, parts by axis, trust.
[[nodiscard]] Json to_json(const ShowerLossResult& loss);
/// The same of any metric; without parts by axis where there are none.
[[nodiscard]] Json to_json(const ModelQuality& quality);

/// Name without folder, and SHA-256, of each.
[[nodiscard]] Json files_json(const std::vector<std::filesystem::path>& files);

/// Per kind of layer: the chosen kernel and what each one takes [ms per image, one thread].
[[nodiscard]] Json kernels_json(const KernelChoices& kernels);

/// Versions, instruction set, threads, the SHA-256 of every file that was read, and the config.
[[nodiscard]] Json provenance_json(const ResultContext& context);

}  // namespace caloquant
