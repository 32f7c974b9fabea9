#include "quantizer/evaluate/shower_evaluator.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>

#include "metrics/shower/shower_loss.hpp"
#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"
#include "quantizer/evaluate/generator_interface.hpp"

namespace caloquant {

class ShowerEvaluator::Rows : public OutputSample {
 public:
  explicit Rows(ProfileRows rows) : rows_(std::move(rows)) {}

  void add(std::int64_t first, std::int64_t /*count*/,
           std::span<const std::span<const float>> outputs) override {
    CALOQUANT_EXPECT(static_cast<std::size_t>(first) == rows_.events());
    rows_.add(outputs[0], team_size());
  }
  [[nodiscard]] const ProfileRows& rows() const { return rows_; }

 private:
  ProfileRows rows_;
};

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
  judge_physics(source_);
  if (paired()) {
    for (std::unique_ptr<Rows>& reference : references_) {
      reference = std::make_unique<Rows>(empty_rows(this->fp32().output_units()));
    }
  }
}

ShowerEvaluator::~ShowerEvaluator() = default;

EventRange ShowerEvaluator::reference_events() const {
  return loss_.reference == LossReference::fp32 ? source_.calibration() : source_.evaluation();
}

void ShowerEvaluator::prepare_reference(const EventProgress& progress) {
  const EventRange range = reference_events();
  std::unique_ptr<Rows>& reference = references_.front();
  switch (loss_.reference) {
    case LossReference::dataset:
      reference = std::make_unique<Rows>(dataset_rows(range, progress));
      break;
    case LossReference::fp32:
      reference = std::make_unique<Rows>(empty_rows(fp32().output_units()));
      add_network(fp32(), range, range.first, {reference.get()}, progress);
      break;
    case LossReference::fp32_paired:
      extend_references(EventUse::search, static_cast<std::size_t>(range.size()), progress);
      break;
  }
}

OutputSample* ShowerEvaluator::reference_sample(EventUse use) const {
  return paired() ? references_[static_cast<std::size_t>(use)].get() : nullptr;
}

std::size_t ShowerEvaluator::metric_events(EventUse use) const {
  if (paired() && physics()) {
    return unlimited;
  }
  return use == EventUse::search ? static_cast<std::size_t>(source_.evaluation().size()) : 0;
}

ShowerLossResult ShowerEvaluator::loss_of(const ProfileRows& rows, std::size_t events,
                                          EventUse use) const {
  const std::unique_ptr<Rows>& reference = references_[static_cast<std::size_t>(use)];
  CALOQUANT_EXPECT(reference != nullptr);
  const ProfileRows& of_reference = reference->rows();
  const std::size_t compared =
      loss_.reference == LossReference::fp32 ? of_reference.events() : events;
  return shower_loss(rows.first(events), of_reference.first(compared), loss_);
}

bool ShowerEvaluator::misses_clearly(const ModelQuality& quality, double target) const {
  if (loss_.reference == LossReference::fp32 || loss_.batch_size != 0) {
    return false;  // a part of the events is another quantity
  }
  const ShowerLossResult& loss = *quality.shower;
  const bool has_noise = loss_.reference == LossReference::dataset;
  if (!loss.standard_error || (has_noise && !loss.noise)) {
    return false;
  }
  return loss.value - loss.noise.value_or(0.0) - early_stop_sigmas * *loss.standard_error > target;
}

std::unique_ptr<OutputSample> ShowerEvaluator::make_sample(
    const Graph& graph, const OutputSample* /*fp32_outputs*/) const {
  CALOQUANT_EXPECT(references_.front() != nullptr);
  source_.require_same_interface(graph);
  return std::make_unique<Rows>(empty_rows(graph.output_units()));
}

ModelQuality ShowerEvaluator::quality(ShowerLossResult loss) const {
  ModelQuality quality;
  quality.loss = summary(loss, loss_);
  quality.shower = std::move(loss);
  return quality;
}

ModelQuality ShowerEvaluator::quality_from(const OutputSample& sample, std::size_t events,
                                           EventUse use) const {
  return quality(loss_of(static_cast<const Rows&>(sample).rows(), events, use));
}

ModelQuality ShowerEvaluator::baseline(const EventProgress& progress) const {
  if (!paired()) {
    return quality_of(fp32(), progress);
  }
  const auto events = static_cast<std::size_t>(source_.evaluation().size());
  return quality(loss_of(references_.front()->rows(), events, EventUse::search));
}

ProfileRows ShowerEvaluator::empty_rows(EnergyUnits from) const {
  const CellConversion to_loss =
      convert_cells(from, units_of_loss(loss_.units, fp32().output_units()));
  return ProfileRows({extents_, 0, loss_.profile, loss_.batch_size, to_loss});
}

ProfileRows ShowerEvaluator::dataset_rows(EventRange range, const EventProgress& progress) const {
  ProfileRows rows = empty_rows(EnergyUnits{});  // the source gives GeV
  source_.read_images(range, [&](std::int64_t /*first*/, std::span<const float> images) {
    rows.add(images, team_size());
    if (progress) {
      progress(static_cast<std::int64_t>(rows.events()));
    }
  });
  return rows;
}

}  // namespace caloquant
