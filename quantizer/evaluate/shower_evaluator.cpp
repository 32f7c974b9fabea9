#include "quantizer/evaluate/shower_evaluator.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>

#include "metrics/shower/shower_loss.hpp"
#include "ops/core/thread_count.hpp"
#include "quantizer/evaluate/energy_response.hpp"
#include "quantizer/evaluate/generator_interface.hpp"

namespace caloquant {
namespace {

class ProfileSample : public OutputSample {
 public:
  explicit ProfileSample(PartialProfiles profiles) : profiles_(std::move(profiles)) {}

  void add(std::int64_t first, std::int64_t /*count*/,
           std::span<const std::span<const float>> outputs) override {
    profiles_.add(static_cast<std::size_t>(first), outputs[0], team_size());
  }
  [[nodiscard]] PartialProfiles& profiles() { return profiles_; }
  [[nodiscard]] const PartialProfiles& profiles() const { return profiles_; }

 private:
  PartialProfiles profiles_;
};

}  // namespace

ShowerEvaluator::ShowerEvaluator(const RunConfig& config, const Graph& fp32, EngineOptions engine,
                                 const MemoryData& given)
    : Evaluator(config, fp32, std::move(engine)),
      loss_(config.metric.loss),
      source_(config, fp32, given) {
  const Shape& image = source_.data().image_shape;
  std::transform(image.begin(), image.end(), extents_.begin(),
                 [](std::int64_t extent) { return static_cast<std::size_t>(extent); });
  if (loss_.reference == LossReference::fp32 && source_.calibration().size() < 2) {
    throw ConfigError(config.source + "#/metric",
                      "reference 'fp32' compares with the calibration events, of which there are " +
                          std::to_string(source_.calibration().size()),
                      "raise data.calibration_samples");
  }
  if (loss_.reference != LossReference::fp32 && loss_.batch_size == 0) {
    allow_early_stop(config);
  }
  wants_response_ = config.accuracy.energy_response.has_value();
  if (wants_response_ && loss_.reference != LossReference::fp32_paired) {
    throw ConfigError(config.source + "#/accuracy_criterion/energy_response",
                      "compares with the fp32 model event by event",
                      "use the metric reference 'fp32_paired'");
  }
}

EventRange ShowerEvaluator::reference_events() const {
  return loss_.reference == LossReference::fp32 ? source_.calibration() : source_.evaluation();
}

void ShowerEvaluator::prepare_reference(const EventProgress& progress) {
  const EventRange range = reference_events();
  if (loss_.reference == LossReference::dataset) {
    reference_ = dataset_profiles(range, progress);
    return;
  }
  ProfileSample sample(empty_profiles(range, fp32().output_units()));
  add_network(fp32(), range, range.first, {&sample}, progress);
  reference_ = std::move(sample.profiles());
}

ShowerLossResult ShowerEvaluator::loss_of(const PartialProfiles& profiles) const {
  CALOQUANT_EXPECT(reference_.has_value());
  return shower_loss(profiles.whole(), reference_->whole(), loss_);
}

/// Has the sample shown already that the model misses the target?
bool ShowerEvaluator::misses_clearly(const ModelQuality& quality, double target) const {
  const ShowerLossResult& loss = *quality.shower;
  const bool has_noise = loss_.reference == LossReference::dataset;
  if (!loss.standard_error || (has_noise && !loss.noise)) {
    return false;
  }
  return loss.value - loss.noise.value_or(0.0) - early_stop_sigmas * *loss.standard_error > target;
}

/// Of the evaluation events [GeV].
std::vector<double> ShowerEvaluator::primaries() const {
  std::vector<double> energies;
  for (const EventLabel& label : source_.events().labels(source_.evaluation())) {
    energies.push_back(label.energy);
  }
  return energies;
}

std::vector<EnergyResponse> ShowerEvaluator::response_between(const ModelQuality& model,
                                                              const ModelQuality& reference) const {
  if (model.totals.empty() || reference.totals.empty()) {
    return {};
  }
  std::vector<EnergyResponse> responses{total_response(model.totals, reference.totals)};
  for (EnergyResponse& bin : energy_response(model.totals, reference.totals, primaries())) {
    responses.push_back(std::move(bin));
  }
  return responses;
}

std::unique_ptr<OutputSample> ShowerEvaluator::make_sample(
    const Graph& graph, const OutputSample* /*fp32_outputs*/) const {
  CALOQUANT_EXPECT(reference_.has_value());
  source_.require_same_interface(graph);
  return std::make_unique<ProfileSample>(
      empty_profiles(source_.evaluation(), graph.output_units()));
}

ModelQuality ShowerEvaluator::quality(ShowerLossResult loss) const {
  ModelQuality quality;
  quality.loss = summary(loss, loss_);
  quality.shower = std::move(loss);
  return quality;
}

ModelQuality ShowerEvaluator::quality_from(const OutputSample& sample,
                                           std::optional<std::size_t> checkpoint) const {
  const PartialProfiles& profiles = static_cast<const ProfileSample&>(sample).profiles();
  if (checkpoint) {
    return quality(
        shower_loss(profiles.checkpoint(*checkpoint), reference_->checkpoint(*checkpoint), loss_));
  }
  ModelQuality result = quality(loss_of(profiles));
  if (wants_response_) {
    result.totals = profiles.totals();
    result.response = energy_response(result.totals, reference_->totals(), primaries());
  }
  return result;
}

ModelQuality ShowerEvaluator::baseline(const EventProgress& progress) const {
  CALOQUANT_EXPECT(reference_.has_value());
  return loss_.reference == LossReference::fp32_paired ? quality(loss_of(*reference_))
                                                       : quality_of(fp32(), progress);
}

PartialProfiles ShowerEvaluator::empty_profiles(EventRange range, EnergyUnits from) const {
  const CellConversion to_loss =
      convert_cells(from, units_of_loss(loss_.units, fp32().output_units()));
  const auto events = static_cast<std::size_t>(range.size());
  return PartialProfiles(
      {extents_, events, loss_.profile, loss_.batch_size, to_loss}, checkpoints(),
      wants_response_ ? std::optional(convert_cells(from, EnergyUnits{})) : std::nullopt);
}

PartialProfiles ShowerEvaluator::dataset_profiles(EventRange range,
                                                  const EventProgress& progress) const {
  PartialProfiles profiles = empty_profiles(range, {1.0, 1.0});  // the source gives GeV
  const std::size_t cells = extents_[0] * extents_[1] * extents_[2];
  source_.read_images(range, [&](std::int64_t first, std::span<const float> images) {
    profiles.add(static_cast<std::size_t>(first - range.first), images, team_size());
    if (progress) {
      progress(first - range.first + static_cast<std::int64_t>(images.size() / cells));
    }
  });
  return profiles;
}

}  // namespace caloquant
