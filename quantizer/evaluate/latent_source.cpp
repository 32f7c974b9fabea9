#include "quantizer/evaluate/latent_source.hpp"

#include <algorithm>
#include <caloquant/error.hpp>

#include <numbers>

#include "calibration/data/latents.hpp"
#include "calibration/data/shower_source.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/philox.hpp"
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
  options.split = split_of(config.data);
  options.follow_links = config.data.follow_links;
  return options;
}

std::vector<EventLabel> labels_of(const ShowerArrays& arrays) {
  const std::size_t events = arrays.energies.size();
  if (!arrays.thetas.empty() && arrays.thetas.size() != events) {
    throw DataError("thetas",
                    "has " + counted(arrays.thetas.size(), "value") + ", energies has " +
                        std::to_string(events),
                    "give one angle for every energy, or none");
  }
  std::vector<EventLabel> labels(events);
  for (std::size_t i = 0; i < events; ++i) {
    labels[i] = {arrays.energies[i],
                 arrays.thetas.empty() ? 0.5 * std::numbers::pi : arrays.thetas[i]};
  }
  return labels;
}

EventIndex index_of(const DataOptions& options, const MemoryData& given) {
  if (std::holds_alternative<TensorArrays>(given)) {
    throw DataError("the data", "are arrays of any network, the input encoding makes showers",
                    "give energies and angles, or use the input encoding tensor");
  }
  const auto* showers = std::get_if<ShowerArrays>(&given);
  if (showers == nullptr) {
    return EventIndex::build(options);
  }
  const auto cells = static_cast<std::size_t>(element_count(options.image_shape));
  if (!showers->images.empty() && showers->images.size() != showers->energies.size() * cells) {
    throw DataError("images", "has " + counted(showers->images.size(), "cell") + ", " +
                                  std::to_string(showers->energies.size()) + " images of " +
                                  to_string(options.image_shape) + " are expected");
  }
  return EventIndex::of_labels(labels_of(*showers), options.split, options.image_shape);
}

}  // namespace

LatentSource::LatentSource(const RunConfig& config, const Graph& fp32, const MemoryData& given)
    : input_(config.input),
      latent_size_(latent_size_of(fp32, config.input.encoding)),
      data_(data_options(config, image_shape_of(fp32))),
      index_(index_of(data_, given)) {
  if (const auto* showers = std::get_if<ShowerArrays>(&given)) {
    images_ = showers->images;
  }
}

void LatentSource::read_images(
    EventRange range,
    const std::function<void(std::int64_t first, std::span<const float>)>& use) const {
  constexpr std::int64_t block_size = 64;
  if (images_) {
    if (images_->empty()) {
      throw DataError("images", "were not given, but showers are what models are compared with",
                      "give images, or use the metric reference fp32_paired");
    }
    const auto cells = static_cast<std::size_t>(element_count(data_.image_shape));
    for (std::int64_t first = range.first; first < range.last; first += block_size) {
      const auto count = static_cast<std::size_t>(std::min(block_size, range.last - first));
      use(first, images_->subspan(static_cast<std::size_t>(first) * cells, count * cells));
    }
    return;
  }
  ShowerSource source(index_, data_, range, block_size);
  ShowerBlock block;
  while (source.next(block)) {
    use(block.events.first, block.images);
  }
}

/// Which event of the data lends its label to a drawn one.
std::size_t LatentSource::drawn_row(std::uint64_t number) const {
  const std::size_t rows = index_.labels().size();
  const double place = philox::Stream(input_.seed, number).uniform() * static_cast<double>(rows);
  return std::min(static_cast<std::size_t>(place), rows - 1);
}

std::vector<EventLabel> LatentSource::labels(std::int64_t first, std::int64_t count) const {
  const std::span<const EventLabel> of_data = index_.labels();
  std::vector<EventLabel> labels;
  for (std::int64_t event = first; event < first + count; ++event) {
    const auto number = static_cast<std::uint64_t>(event);
    labels.push_back(of_data[number < of_data.size() ? number : drawn_row(number)]);
  }
  return labels;
}

void LatentSource::fill(std::int64_t first, std::int64_t count,
                        std::span<const std::span<float>> inputs) const {
  fill_latents(input_.encoding, input_.seed, first, labels(first, count), latent_size_, inputs[0]);
}

void LatentSource::require_same_interface(const Graph& graph) const {
  if (image_shape_of(graph) != data_.image_shape ||
      latent_size_of(graph, input_.encoding) != latent_size_) {
    throw ModelError("model '" + graph.name() + "'",
                     "has other inputs or images than the fp32 model of the config");
  }
}

}  // namespace caloquant
