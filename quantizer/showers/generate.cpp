#include "quantizer/showers/generate.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>

#include "ops/core/clock.hpp"
#include "quantizer/evaluate/generator_interface.hpp"
#include "quantizer/showers/block_writer.hpp"
#include "quantizer/showers/generated_file.hpp"
#include "quantizer/showers/primaries.hpp"
#include "quantizer/showers/shower_maker.hpp"

namespace caloquant {
namespace {

void check(const GenerateOptions& options) {
  check_number("--events", options.events, 1, most_generated_events);
  check_number("--batch", options.batch, 1, largest_generated_batch);
  check_number("--compression", options.compression, 0, 9);
  check(primaries_of(options), options.encoding);
  if (options.output.empty()) {
    throw UsageError("--output", "no file was given", "name the HDF5 file to write");
  }
}

/// Computes and writes all events; returns the seconds in which the computing waited.
double run_all(ShowerMaker& maker, GeneratedFile& file, const GenerateOptions& options,
               const GenerateProgress& progress) {
  const Primaries primaries = primaries_of(options);
  BlockWriter writer([&](const GeneratedBlock& block) { file.write(block); });
  double waited = 0.0;
  for (std::int64_t first = 0; first < options.events; first += options.batch) {
    const std::int64_t count = std::min(options.batch, options.events - first);
    GeneratedBlock block = writer.recycled();
    block.first = first;
    block.labels.clear();
    for (std::int64_t event = first; event < first + count; ++event) {
      block.labels.push_back(draw_primary(primaries, event));
    }
    maker.fill(first, block.labels, block.images);
    const double computed = steady_seconds();
    writer.put(std::move(block));
    waited += steady_seconds() - computed;
    if (progress) {
      progress(first + count);
    }
  }
  const double computed = steady_seconds();
  writer.finish();
  return waited + (steady_seconds() - computed);
}

}  // namespace

Primaries primaries_of(const GenerateOptions& options) {
  return {.seed = options.seed,
          .energy_low = options.energy_low,
          .energy_high = options.energy_high,
          .energies = {},
          .theta_low_deg = options.theta_low_deg,
          .theta_high_deg = options.theta_high_deg};
}

GenerateOptions default_generate_options(InputEncoding encoding) {
  GenerateOptions options;
  options.encoding = encoding;
  if (encoding == InputEncoding::energy_times_noise) {
    options.energy_low = 100.0;
    options.theta_low_deg = 90.0;
    options.theta_high_deg = 90.0;
  }
  return options;
}

GenerateResult generate(const Graph& graph, const GenerateOptions& given,
                        const GenerateProgress& progress) {
  check(given);
  GenerateOptions options = given;
  options.batch = std::min(options.batch, options.events);  // more would only take memory
  const Shape image = image_shape_of(graph);
  static_cast<void>(latent_size_of(graph, options.encoding));  // throws before a file is made
  // The file comes first: nothing is computed for a folder that cannot be written.
  GeneratedFile file(graph, options, image);
  GenerateResult result{.events = options.events};
  const double begin = steady_seconds();
  ShowerMaker maker(graph,
                    {options.encoding, options.seed, options.batch, options.units, options.engine});
  const double compiled = steady_seconds();
  result.compile_seconds = compiled - begin;
  result.waited_seconds = run_all(maker, file, options, progress);
  file.commit();
  result.seconds = steady_seconds() - compiled;
  return result;
}

}  // namespace caloquant
