#include "quantizer/plan/fit_observables.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "graph/exec/batch_tensors.hpp"
#include "graph/ir/merge.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {

FitObservables::FitObservables(Spec spec)
    : spec_(std::move(spec)), bins_(energy_bins(spec_.primaries, spec_.primaries)) {}

void FitObservables::look_at(std::size_t event, std::span<const float> image,
                             std::span<double> values) const {
  std::fill(values.begin(), values.end(), 0.0);
  const std::span<double> sums = values.subspan(bins_.size(), slices());
  (void)slice_sums(image, spec_.extents, spec_.to_gev, sums, {});
  const std::span<double> of_x = sums.first(spec_.extents[0]);
  const double total = std::accumulate(of_x.begin(), of_x.end(), 0.0);
  for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
    if (bins_[bin].contains(spec_.primaries[event])) {
      values[bin] = total;
    }
  }
  std::size_t hits = 0;
  for (const float cell : image) {
    // Most cells are 0, and powers are slow.
    hits += cell > 0.0F && spec_.to_gev(static_cast<double>(cell)) > spec_.hit_threshold ? 1U : 0U;
  }
  values.back() = static_cast<double>(hits);
}

namespace {

/// Adds up what the networks put out, batch after batch.
class FitSums {
 public:
  FitSums(const FitObservables& observables, std::size_t networks, std::int64_t batch)
      : observables_(observables),
        values_(networks * static_cast<std::size_t>(batch) * observables.count()),
        seen_(networks) {
    for (Observed& seen : seen_) {
      seen.sums.assign(fit_folds * observables.count(), 0.0);
      seen.totals.reserve(observables.events());
    }
  }

  /// Events [first, first + count) of the sample.
  void add(std::size_t first, std::size_t count, std::span<const std::span<const float>> outputs) {
    const std::size_t cells = cell_count(observables_.spec().extents);
    const auto images = static_cast<std::int64_t>(seen_.size() * count);
#pragma omp parallel for schedule(static) num_threads(team_size())
    for (std::int64_t i = 0; i < images; ++i) {
      const std::size_t network = static_cast<std::size_t>(i) / count;
      const std::size_t event = static_cast<std::size_t>(i) % count;
      observables_.look_at(first + event, outputs[network].subspan(event * cells, cells),
                           values_of(static_cast<std::size_t>(i)));
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(images); ++i) {
      add_event(seen_[i / count], first + i % count, values_of(i));
    }
  }
  [[nodiscard]] std::vector<Observed> take() {
    return std::move(seen_);
  }

 private:
  [[nodiscard]] std::span<double> values_of(std::size_t image) {
    return std::span(values_).subspan(image * observables_.count(), observables_.count());
  }
  void add_event(Observed& seen, std::size_t event, std::span<const double> values) const {
    double* const sums = seen.sums.data() + event % fit_folds * values.size();
    std::transform(values.begin(), values.end(), sums, sums, std::plus<>());
    const std::span<const double> of_x =
        values.subspan(observables_.bins().size(), observables_.spec().extents[0]);
    seen.totals.push_back(std::accumulate(of_x.begin(), of_x.end(), 0.0));
  }

  const FitObservables& observables_;
  std::vector<double> values_;
  std::vector<Observed> seen_;
};

}  // namespace

std::vector<Observed> observe(const std::vector<Graph>& graphs, const FitObservables& observables,
                              const InputFiller& fill, const SweepOptions& options) {
  CALOQUANT_EXPECT(options.events.size() == static_cast<std::int64_t>(observables.events()));
  const Graph merged = merge_graphs(graphs);
  SweepOptions with_defaults = options;
  with_defaults.batch = batch_for(options.batch, options.events);
  const BatchTensors outputs = BatchTensors::outputs_of(merged, with_defaults.batch);
  with_defaults.engine.choose = nullptr;  // as sweep_values(): what is seen decides biases
  FitSums observer(observables, graphs.size(), with_defaults.batch);
  sweep_events(merged, fill, with_defaults, outputs.dst(),
               [&](std::int64_t first, std::int64_t count) {
                 observer.add(static_cast<std::size_t>(first - options.events.first),
                              static_cast<std::size_t>(count), outputs.src());
               });
  return observer.take();
}

}  // namespace caloquant
