#include <omp.h>

#include <caloquant/error.hpp>

#include "tools/cli/commands.hpp"

namespace caloquant::cli {

void ModelArguments::add_to(CLI::App& command) {
  command.add_option("MODEL", file, "quantized.h5 or a full Keras HDF5 model");
  command.add_option("--architecture", architecture, "Keras architecture JSON (to_json)");
  command.add_option("--weights", weights, "Keras weights HDF5 (save_weights)");
  command.add_option("--random-weights", random_weights,
                     "seeded random weights for --architecture, instead of --weights");
}

LoadedModel ModelArguments::load() const {
  const bool by_file = !file.empty();
  const bool by_parts = !architecture.empty();
  if (by_file == by_parts || (by_file && (!weights.empty() || random_weights)) ||
      (by_parts && weights.empty() == !random_weights.has_value())) {
    throw UsageError("MODEL", "exactly one form of model is needed",
                     "give MODEL, or --architecture with --weights or with --random-weights");
  }
  if (by_file) {
    return load_model_file(file);
  }
  ModelConfig config;
  config.architecture = architecture;
  config.weights = weights;
  config.random_weights = random_weights;
  return load_fp32_model(config);
}

void set_threads(int threads) {
  if (threads > 0) {
    omp_set_num_threads(threads);
  }
}

}  // namespace caloquant::cli
