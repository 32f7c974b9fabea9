#include "quantizer/evaluate/physics_judge.hpp"

#include <algorithm>

#include "ops/core/check.hpp"
#include "quantizer/evaluate/energy_response.hpp"

namespace caloquant {
namespace {

std::vector<EnergyBin> bins_of(const LatentSource& source) {
  std::vector<double> energies;
  for (const EventLabel& label : source.events().labels(source.evaluation())) {
    energies.push_back(label.energy);
  }
  return energy_bins(energies, energies);
}

}  // namespace

PhysicsJudge::PhysicsJudge(const RunConfig& config, const LatentSource& source, EnergyUnits fp32)
    : limits_(config.accuracy.physics),
      seed_(config.input.seed),
      source_(source),
      bins_(bins_of(source)) {
  const Shape& image = source.data().image_shape;
  std::transform(image.begin(), image.end(), extents_.begin(),
                 [](std::int64_t extent) { return static_cast<std::size_t>(extent); });
  references_.assign(2, sample_of(fp32));
}

CriteriaSample PhysicsJudge::sample_of(EnergyUnits units) const {
  return {extents_, convert_cells(units, EnergyUnits{}), limits_.hit_threshold};
}

void PhysicsJudge::know_labels(EventUse use, std::size_t events) {
  Labels& known = labels_[static_cast<std::size_t>(use)];
  const std::size_t before = known.energies.size();
  if (events <= before) {
    return;
  }
  const std::int64_t first = source_.first_event(use) + static_cast<std::int64_t>(before);
  for (const EventLabel& label :
       source_.labels(first, static_cast<std::int64_t>(events - before))) {
    known.energies.push_back(label.energy);
    known.thetas.push_back(label.theta);
  }
}

CriteriaPair PhysicsJudge::pair(const CriteriaSample& model, std::size_t events,
                                EventUse use) const {
  const auto index = static_cast<std::size_t>(use);
  return {model, references_[index], events, labels_[index].energies, labels_[index].thetas, bins_};
}

std::vector<Measure> PhysicsJudge::measures(const CriteriaSample& model, std::size_t events,
                                            EventUse use, const Look& look) const {
  return physics_measures(pair(model, events, use), limits_, look, seed_);
}

void PhysicsJudge::describe(const CriteriaSample& model, std::size_t events, EventUse use,
                            ModelQuality& quality) const {
  const std::vector<double>& energies = labels_[static_cast<std::size_t>(use)].energies;
  for (const Deviation::Part& part : pair(model, events, use).energy_response().parts) {
    const auto bin = std::ranges::find(bins_, part.where, &EnergyBin::name);
    CALOQUANT_EXPECT(bin != bins_.end());
    const auto in_bin =
        std::count_if(energies.begin(), energies.begin() + static_cast<std::ptrdiff_t>(events),
                      [&](double energy) { return bin->contains(energy); });
    quality.response.push_back(
        {part.where, 1.0 + part.value, part.error, static_cast<std::size_t>(in_bin)});
  }
  for (std::size_t event = 0; event < events; ++event) {
    quality.totals.push_back(model.total(event));
  }
}

std::vector<EnergyResponse> PhysicsJudge::response_between(
    const std::vector<double>& model, const std::vector<double>& reference) const {
  const std::vector<double>& energies =
      labels_[static_cast<std::size_t>(EventUse::search)].energies;
  CALOQUANT_EXPECT(energies.size() >= model.size());
  std::vector<EnergyResponse> responses{total_response(model, reference)};
  for (EnergyResponse& bin :
       energy_response(model, reference, std::span(energies).first(model.size()))) {
    responses.push_back(std::move(bin));
  }
  return responses;
}

}  // namespace caloquant
