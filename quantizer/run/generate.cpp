#include "quantizer/run/generate.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <chrono>
#include <cmath>
#include <memory>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "calibration/data/latents.hpp"
#include "graph/exec/executor.hpp"
#include "metrics/energy_units.hpp"
#include "ops/core/philox.hpp"
#include "quantizer/run/block_writer.hpp"
#include "quantizer/run/generated_file.hpp"
#include "quantizer/run/generator_interface.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t most_events = 1'000'000'000;
constexpr std::int64_t largest_batch = 65536;
// Far around what any generator was trained on, and safely inside f32.
constexpr double lowest_energy = 1e-3;
constexpr double highest_energy = 1e6;
// Along the beam there is no barrel calorimeter, and readers want angles inside (0, pi).
constexpr double lowest_angle = 1.0;
constexpr double highest_angle = 179.0;

std::string between(double low, double high) {
  return std::to_string(low) + ":" + std::to_string(high);
}

/// Negated comparisons, so that NaN fails too.
void check_range(const char* option, const char* unit, double low, double high, double lowest,
                 double highest) {
  if (!(low <= high)) {
    throw UsageError(option, "the range " + between(low, high) + " is empty",
                     "write LOW:HIGH with LOW <= HIGH");
  }
  if (!(low >= lowest && high <= highest)) {
    throw UsageError(option, "the range " + between(low, high) + " is out of bounds",
                     "stay within " + between(lowest, highest) + " " + unit);
  }
}

void check_number(const char* option, std::int64_t value, std::int64_t lowest,
                  std::int64_t highest) {
  if (value < lowest || value > highest) {
    throw UsageError(
        option, std::to_string(value) + " is out of bounds",
        "give a number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
}

void check(const GenerateOptions& options) {
  check_number("--events", options.events, 1, most_events);
  check_number("--batch", options.batch, 1, largest_batch);
  check_number("--compression", options.compression, 0, 9);
  check_range("--energy", "GeV", options.energy_low, options.energy_high, lowest_energy,
              highest_energy);
  check_range("--theta", "degrees", options.theta_low_deg, options.theta_high_deg, lowest_angle,
              highest_angle);
  if (options.recipe == InputRecipe::energy_times_noise &&
      (options.theta_low_deg != 90.0 || options.theta_high_deg != 90.0)) {
    throw UsageError(
        "--theta",
        "recipe energy_times_noise does not tell the network the angle: its showers "
        "are at 90 degrees",
        "leave it out, or use --recipe energy_angle_noise for a network that takes it");
  }
  if (options.output.empty()) {
    throw UsageError("--output", "no file was given", "name the HDF5 file to write");
  }
}

/// Component 0 is the energy's, component 1 the angle's uniform number of an event. Rounded to
/// float as in the file.
EventLabel draw_label(const GenerateOptions& options, std::int64_t event) {
  constexpr double radians = std::numbers::pi / 180.0;
  const auto flat = [&](std::uint32_t component, double low, double high) {
    const double u = philox::uniform(options.seed, static_cast<std::uint64_t>(event), component);
    return low + u * (high - low);
  };
  const auto energy = static_cast<float>(flat(0, options.energy_low, options.energy_high));
  const auto theta =
      static_cast<float>(radians * flat(1, options.theta_low_deg, options.theta_high_deg));
  return {.energy = static_cast<double>(energy), .theta = static_cast<double>(theta)};
}

/// Cells to the units of the file, in place. False when one is not finite.
bool convert(std::span<float> cells, const CellConversion& conversion) {
  const bool unchanged = conversion.linear() && conversion.factor == 1.0;
  const auto size = static_cast<std::int64_t>(cells.size());
  bool finite = true;
#pragma omp parallel for reduction(&& : finite)
  for (std::int64_t i = 0; i < size; ++i) {
    float& cell = cells[static_cast<std::size_t>(i)];
    if (!unchanged && cell != 0.0F) {  // most cells are 0, and powers are slow
      cell = static_cast<float>(conversion(static_cast<double>(cell)));
    }
    finite = finite && std::isfinite(cell);
  }
  return finite;
}

/// Computes the events of a run, a batch at a time.
class BlockMaker {
 public:
  /// `image`: [X, Y, Z].
  BlockMaker(const Graph& graph, const GenerateOptions& options, const Shape& image,
             std::int64_t latent_size)
      : graph_(graph),
        options_(options),
        latent_size_(latent_size),
        cells_(static_cast<std::size_t>(element_count(image))),
        conversion_(convert_cells(network_units(graph),
                                  units_of_loss(options.units, network_units(graph)))),
        executable_(compile_engine(graph, options.batch, options.engine)),
        latents_(static_cast<std::size_t>(options.batch * latent_size), 0.0F) {}

  /// Events [first, first + count), count <= batch. The batch is always whole, so that every event
  /// sees the same kernels; the rest of a last one is computed and dropped.
  void fill(std::int64_t first, std::int64_t count, GeneratedBlock& block) {
    block.first = first;
    block.labels.clear();
    for (std::int64_t event = first; event < first + count; ++event) {
      block.labels.push_back(draw_label(options_, event));
    }
    fill_latents(options_.recipe, options_.seed, first, block.labels, latent_size_,
                 std::span(latents_).first(static_cast<std::size_t>(count * latent_size_)));
    block.images.resize(static_cast<std::size_t>(options_.batch) * cells_);
    const std::span<const float> src = latents_;
    const std::span<float> dst = block.images;
    executable_->run({&src, 1}, {&dst, 1});
    const std::span<float> used = dst.first(static_cast<std::size_t>(count) * cells_);
    if (!convert(used, conversion_)) {
      fail(first, used);
    }
  }

 private:
  [[noreturn]] void fail(std::int64_t first, std::span<const float> images) const {
    const auto bad =
        std::find_if(images.begin(), images.end(), [](float cell) { return !std::isfinite(cell); });
    const std::int64_t event = first + (bad - images.begin()) / static_cast<std::int64_t>(cells_);
    throw ModelError("model '" + graph_.name() + "'",
                     "event " + std::to_string(event) + " has a cell that is not finite",
                     "check the weights, the energies and the output units");
  }

  const Graph& graph_;
  const GenerateOptions& options_;
  std::int64_t latent_size_;
  std::size_t cells_;  ///< of one image
  CellConversion conversion_;
  std::unique_ptr<Executable> executable_;
  std::vector<float> latents_;  ///< [batch, L]
};

double now() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

/// Computes and writes all events; returns the seconds in which the computing waited.
double run_all(BlockMaker& maker, GeneratedFile& file, const GenerateOptions& options,
               const GenerateProgress& progress) {
  BlockWriter writer([&](const GeneratedBlock& block) { file.write(block); });
  double waited = 0.0;
  for (std::int64_t first = 0; first < options.events; first += options.batch) {
    const std::int64_t count = std::min(options.batch, options.events - first);
    GeneratedBlock block = writer.recycled();
    maker.fill(first, count, block);
    const double computed = now();
    writer.put(std::move(block));
    waited += now() - computed;
    if (progress) {
      progress(first + count);
    }
  }
  const double computed = now();
  writer.finish();
  return waited + (now() - computed);
}

}  // namespace

InputRecipe default_recipe(const Graph& graph) {
  return image_shape_of(graph) == Shape{51, 51, 25} ? InputRecipe::energy_angle_noise
                                                    : InputRecipe::energy_times_noise;
}

GenerateOptions default_generate_options(InputRecipe recipe) {
  GenerateOptions options;
  options.recipe = recipe;
  if (recipe == InputRecipe::energy_times_noise) {
    options.energy_low = 100.0;
    options.theta_low_deg = 90.0;
    options.theta_high_deg = 90.0;
  }
  return options;
}

GenerateResult generate(const Graph& graph, const GenerateOptions& options,
                        const GenerateProgress& progress) {
  check(options);
  const Shape image = image_shape_of(graph);
  const std::int64_t latent_size = latent_size_of(graph, options.recipe);
  // The file comes first: nothing is computed for a folder that cannot be written.
  GeneratedFile file(graph, options, image);
  GenerateResult result{.events = options.events};
  const double begin = now();
  BlockMaker maker(graph, options, image, latent_size);
  const double compiled = now();
  result.compile_seconds = compiled - begin;
  result.waited_seconds = run_all(maker, file, options, progress);
  file.commit();
  result.seconds = now() - compiled;
  return result;
}

}  // namespace caloquant
