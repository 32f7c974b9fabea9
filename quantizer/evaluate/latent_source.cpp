#include "quantizer/evaluate/latent_source.hpp"

#include <caloquant/error.hpp>

#include "calibration/data/latents.hpp"
#include "quantizer/evaluate/generator_interface.hpp"

namespace caloquant {
namespace {

DataOptions data_options(const RunConfig& config, const Shape& image) {
  DataOptions options;
  options.layout = config.data.layout;
  options.files = config.data.files;
  options.base_folder = std::filesystem::path(config.source).parent_path();
  options.cell_threshold = config.data.cell_threshold;
  options.minimum_sum = config.data.minimum_sum;
  options.image_shape = image;
  options.calibration_samples = static_cast<std::int64_t>(config.data.calibration_samples);
  options.evaluation_samples = static_cast<std::int64_t>(config.data.evaluation_samples);
  return options;
}

}  // namespace

LatentSource::LatentSource(const RunConfig& config, const Graph& fp32)
    : input_(config.input),
      latent_size_(latent_size_of(fp32, config.input.recipe)),
      data_(data_options(config, image_shape_of(fp32))),
      index_(EventIndex::build(data_)) {}

void LatentSource::fill(std::int64_t first, std::int64_t count,
                        std::span<const std::span<float>> inputs) const {
  fill_latents(input_.recipe, input_.seed, first, index_.labels({first, first + count}),
               latent_size_, inputs[0]);
}

void LatentSource::require_same_interface(const Graph& graph) const {
  if (image_shape_of(graph) != data_.image_shape ||
      latent_size_of(graph, input_.recipe) != latent_size_) {
    throw ModelError("model '" + graph.name() + "'",
                     "has other inputs or images than the fp32 model of the config");
  }
}

}  // namespace caloquant
