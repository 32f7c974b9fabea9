#include "quantizer/run/evaluator.hpp"

#include <omp.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>

#include "calibration/data/latents.hpp"
#include "calibration/data/shower_source.hpp"
#include "graph/ir/merge.hpp"
#include "metrics/shower_loss.hpp"
#include "quantizer/run/generator_interface.hpp"

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

Evaluator::Evaluator(const RunConfig& config, const Graph& fp32, EngineOptions engine)
    : loss_(config.metric.loss),
      input_(config.input),
      fp32_(fp32),
      engine_(std::move(engine)),
      batch_(static_cast<std::int64_t>(config.execution.batch)),
      latent_size_(latent_size_of(fp32, config.input.recipe)),
      data_(data_options(config, image_shape_of(fp32))),
      index_(EventIndex::build(data_)) {
  std::transform(data_.image_shape.begin(), data_.image_shape.end(), extents_.begin(),
                 [](std::int64_t extent) { return static_cast<std::size_t>(extent); });
  if (loss_.reference == LossReference::fp32 && index_.calibration().size() < 2) {
    throw ConfigError(config.source + "#/metric",
                      "reference 'fp32' compares with the calibration events, of which there are " +
                          std::to_string(index_.calibration().size()),
                      "raise data.calibration_samples");
  }
  stages_ = make_stages(config);
  wants_response_ = config.accuracy.energy_response.has_value();
  if (wants_response_ && loss_.reference != LossReference::fp32_paired) {
    throw ConfigError(config.source + "#/accuracy_criterion/energy_response",
                      "compares with the fp32 model event by event",
                      "use the metric reference 'fp32_paired'");
  }
}

/// Multiples of the batch, so that batches are cut as without stages. None where a part of the
/// events cannot be compared with the same part of the reference.
std::vector<std::size_t> Evaluator::make_stages(const RunConfig& config) const {
  constexpr std::int64_t least_events = 64;
  std::vector<std::size_t> stages;
  if (!config.tuning.early_stop || config.accuracy.higher_is_better ||
      loss_.reference == LossReference::fp32 || loss_.batch_size > 0) {
    return stages;
  }
  for (const std::int64_t part : {8, 2}) {
    const std::int64_t events = index_.evaluation().size() / part / batch_ * batch_;
    if (events >= least_events && events < index_.evaluation().size()) {
      stages.push_back(static_cast<std::size_t>(events));
    }
  }
  return stages;
}

EventRange Evaluator::reference_events() const {
  return loss_.reference == LossReference::fp32 ? index_.calibration() : index_.evaluation();
}

void Evaluator::prepare_reference(const EventProgress& progress) {
  const EventRange range = reference_events();
  if (loss_.reference == LossReference::dataset) {
    reference_ = dataset_profiles(range, progress);
    return;
  }
  reference_ = empty_profiles(range, network_units(fp32_));
  add_network(fp32_, range, range.first, {&*reference_}, progress);
}

void Evaluator::require_same_interface(const Graph& graph) const {
  if (image_shape_of(graph) != data_.image_shape ||
      latent_size_of(graph, input_.recipe) != latent_size_) {
    throw ModelError("model '" + graph.name() + "'",
                     "has other inputs or images than the fp32 model of the config");
  }
}

ShowerLossResult Evaluator::loss_of(const Graph& graph, const EventProgress& progress) const {
  return losses_of({graph}, progress).front();
}

/// Has the sample shown already that the model misses the target?
bool Evaluator::hopeless(const ShowerLossResult& loss, double target) const {
  const bool has_noise = loss_.reference == LossReference::dataset;
  if (!loss.standard_error || (has_noise && !loss.noise)) {
    return false;
  }
  return loss.value - loss.noise.value_or(0.0) - early_stop_sigmas * *loss.standard_error > target;
}

std::vector<ShowerLossResult> Evaluator::losses_of(const std::vector<Graph>& graphs,
                                                   const EventProgress& progress,
                                                   std::optional<double> hopeless_above) const {
  std::vector<ShowerLossResult> losses;
  for (ModelQuality& quality : qualities_of(graphs, progress, hopeless_above)) {
    losses.push_back(std::move(quality.loss));
  }
  return losses;
}

std::vector<EnergyResponse> Evaluator::response_of(const StagedProfiles& profiles) const {
  std::vector<double> primaries;
  for (const EventLabel& label : index_.labels(index_.evaluation())) {
    primaries.push_back(label.energy);
  }
  return energy_response(profiles.totals(), reference_->totals(), primaries);
}

std::vector<ModelQuality> Evaluator::qualities_of(const std::vector<Graph>& graphs,
                                                  const EventProgress& progress,
                                                  std::optional<double> hopeless_above) const {
  CALOQUANT_EXPECT(reference_.has_value());
  std::vector<ModelQuality> qualities(graphs.size());
  std::vector<StagedProfiles> profiles;
  std::vector<std::size_t> alive;
  const EventRange all = index_.evaluation();
  for (const Graph& graph : graphs) {
    require_same_interface(graph);
    alive.push_back(profiles.size());
    profiles.push_back(empty_profiles(all, network_units(graph)));
  }
  EventRange part{all.first, all.first};
  for (std::size_t stage = 0; part.last < all.last && !alive.empty(); ++stage) {
    const bool last = !hopeless_above || stage == stages_.size();
    part = {part.last, last ? all.last : all.first + static_cast<std::int64_t>(stages_[stage])};
    std::vector<Graph> running;
    std::vector<StagedProfiles*> into;
    for (const std::size_t model : alive) {
      running.push_back(graphs[model]);
      into.push_back(&profiles[model]);
    }
    add_network(merge_graphs(running), part, all.first, into, progress);
    for (const std::size_t model : alive) {
      qualities[model].loss =
          last ? shower_loss(profiles[model].whole(), reference_->whole(), loss_)
               : shower_loss(profiles[model].stage(stage), reference_->stage(stage), loss_);
      if (last && wants_response_) {
        qualities[model].response = response_of(profiles[model]);
      }
    }
    if (!last) {
      std::erase_if(alive, [&](std::size_t model) {
        return hopeless(qualities[model].loss, *hopeless_above);
      });
    }
  }
  return qualities;
}

ShowerLossResult Evaluator::baseline(const EventProgress& progress) const {
  CALOQUANT_EXPECT(reference_.has_value());
  return loss_.reference == LossReference::fp32_paired
             ? shower_loss(reference_->whole(), reference_->whole(), loss_)
             : loss_of(fp32_, progress);
}

void Evaluator::fill_input(std::int64_t first, std::int64_t count, std::span<float> input) const {
  fill_latents(input_.recipe, input_.seed, first, index_.labels({first, first + count}),
               latent_size_, input);
}

StagedProfiles Evaluator::empty_profiles(EventRange range, EnergyUnits from) const {
  const CellConversion to_loss =
      convert_cells(from, units_of_loss(loss_.units, network_units(fp32_)));
  const auto events = static_cast<std::size_t>(range.size());
  return StagedProfiles(
      {extents_, events, loss_.profile, loss_.batch_size, to_loss}, stages_,
      wants_response_ ? std::optional(convert_cells(from, EnergyUnits{})) : std::nullopt);
}

void Evaluator::add_network(const Graph& graph, EventRange part, std::int64_t origin,
                            const std::vector<StagedProfiles*>& profiles,
                            const EventProgress& progress) const {
  const std::size_t models = graph.outputs().size();
  const auto executable = compile_engine(graph, batch_, engine_);
  const auto image = static_cast<std::size_t>(element_count(data_.image_shape));
  const auto batch = static_cast<std::size_t>(batch_);
  // The last batch is filled up with zeros, so that every event sees the same primitives.
  std::vector<float> input(batch * static_cast<std::size_t>(latent_size_), 0.0F);
  std::vector<float> images(models * batch * image);
  std::vector<std::span<float>> outputs;
  for (std::size_t model = 0; model < models; ++model) {
    outputs.push_back(std::span(images).subspan(model * batch * image, batch * image));
  }
  for (std::int64_t first = part.first; first < part.last; first += batch_) {
    const std::int64_t count = std::min(batch_, part.last - first);
    fill_input(first, count,
               std::span(input).first(static_cast<std::size_t>(count * latent_size_)));
    const std::span<const float> src = input;
    executable->run({&src, 1}, outputs);
    for (std::size_t model = 0; model < models; ++model) {
      profiles[model]->add(
          static_cast<std::size_t>(first - origin),
          std::span<const float>(outputs[model]).first(static_cast<std::size_t>(count) * image),
          omp_get_max_threads());
    }
    if (progress) {
      progress(first + count - origin);
    }
  }
}

StagedProfiles Evaluator::dataset_profiles(EventRange range, const EventProgress& progress) const {
  StagedProfiles profiles = empty_profiles(range, {1.0, 1.0});  // the source gives GeV
  constexpr std::int64_t block_size = 64;
  ShowerSource source(index_, data_, range, block_size);
  ShowerBlock block;
  while (source.next(block)) {
    profiles.add(static_cast<std::size_t>(block.events.first - range.first), block.images,
                 omp_get_max_threads());
    if (progress) {
      progress(block.events.last - range.first);
    }
  }
  return profiles;
}

}  // namespace caloquant
