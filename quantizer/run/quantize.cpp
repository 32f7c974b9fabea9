#include "quantizer/run/quantize.hpp"

#include <array>
#include <caloquant/error.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "graph/io/files/output_guard.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/measure/peak_memory.hpp"
#include "quantizer/output/emit/result_json.hpp"
#include "quantizer/output/report/report_page.hpp"
#include "quantizer/run/input_files.hpp"
#include "quantizer/run/stages.hpp"
#include "quantizer/search/tune/journal.hpp"

namespace caloquant {
namespace {

using Clock = std::chrono::steady_clock;

void run_all(Stages& stages, const std::filesystem::path& output, RunObserver& observer) {
  const auto start = Clock::now();
  stages.measure_reference(observer);
  stages.prepare(observer);
  if (!stages.result().costs.empty()) {
    write_layer_costs(stages.result().costs, output / "layer_costs.json");
  }
  Journal journal(output);
  stages.search(observer, &journal);
  stages.settle(observer);
  if (stages.result().error.empty()) {
    stages.emit(observer, output);
    stages.result().cost.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    stages.result().cost.peak_memory = peak_memory();
  }
}

}  // namespace

void prepare_folder(const std::filesystem::path& output,
                    const std::vector<std::filesystem::path>& inputs) {
  constexpr std::array names{"quantized.h5", "quantized.onnx", "steps.jsonl",
                             "steps.csv",    "result.json",    "layer_costs.json",
                             "physics.txt",  "report.json",    "report.html"};
  for (const char* name : names) {
    refuse_overwriting("folder", output / name, inputs);
  }
  std::error_code failure;
  std::filesystem::create_directories(output, failure);
  if (failure || !std::filesystem::is_directory(output)) {
    throw BackendError(output.string(), "is no folder and cannot be made one",
                       "choose another folder");
  }
  for (const char* name : names) {
    std::filesystem::remove(output / name, failure);
  }
}

void write_result_files(QuantizeResult& result, const ResultContext& context) {
  const bool page = context.config.report.html && result.error.empty();
  if (page) {
    result.written.emplace_back("report.html");
  }
  write_result_json(result, context, context.folder / "result.json");
  if (page) {
    write_report_page({context.folder}, context.folder / "report.html");
  }
}

QuantizeResult run_quantize(const RunConfig& config, const std::filesystem::path& output,
                            RunObserver& observer, KernelChoices* kernels, const RunParts& parts) {
  prepare_folder(output, input_files(config));
  ResultContext context{config, {}, {}, nullptr, output};
  QuantizeResult result;
  std::exception_ptr unwritten;
  try {
    Stages stages(config, parts, engine_with(kernels));
    context.model_files = stages.model().files;
    context.data_files = stages.evaluator().events().files();
    try {
      run_all(stages, output, observer);
    } catch (const Error&) {
      if (!stages.result().final_quality || stages.result().error.empty()) {
        throw;
      }
      // A model was found, but not every file of it could be written: what was stays.
      unwritten = std::current_exception();
    }
    context.kernels = kernels;
    write_result_files(stages.result(), context);
    result = std::move(stages.result());
  } catch (const Error& error) {
    QuantizeResult failed;
    failed.error = error.what();
    write_result_json(failed, context, output / "result.json");
    throw;
  }
  if (unwritten) {
    std::rethrow_exception(unwritten);
  }
  return result;
}

}  // namespace caloquant
