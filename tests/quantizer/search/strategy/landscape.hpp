#pragma once

#include <algorithm>
#include <caloquant/strategy.hpp>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "quantizer/search/tune/loop.hpp"

namespace caloquant::testing {

/// EnergyGAN as the strategies see it: a dense layer and four convolutions, four precisions each.
inline TuningSpace ladder_space(int convolutions = 4) {
  std::vector<LayerSpec> layers{default_layer_spec("dense_1", "dense", true)};
  for (int i = 1; i <= convolutions; ++i) {
    layers.push_back(default_layer_spec("conv3d_" + std::to_string(i), "conv", true));
  }
  SpaceRules rules;
  rules.op_types.push_back({"dense", {}});
  rules.op_types.back().options.precisions = {Precision::int8, Precision::w8, Precision::bf16,
                                              Precision::fp32};
  return {layers, rules, "run.json"};
}

/// Losses and costs made up for a space. The loss is that of a linear network: layer l at a
/// precision adds a vector d_l to the output, the loss is |sum d_l|^2, so that the pair (l, m) adds
/// 2 d_l d_m. Signed measures add up, with a second-order part from pairs.
class Landscape {
 public:
  struct Options {
    double correlation = 0.2;  ///< spread of the cosine between the d_l
    double coherence = 0.0;    ///< what all d_l have in common, as a cosine
    std::size_t signed_measures = 0;
    double tolerance = 1.0;  ///< in units of the geometric middle of the single-layer losses
  };

  Landscape(const TuningSpace& space, std::uint64_t seed, const Options& options)
      : signed_measures_(options.signed_measures) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> flat;
    double logarithms = 0.0;
    std::size_t count = 0;
    for (const LayerSpec& layer : space.layers()) {
      const double scale = std::pow(10.0, 3.0 * flat(random) - 1.5);  // layers differ by 10^3
      const double milliseconds = std::pow(10.0, 1.5 * flat(random) - 1.0);
      const double bytes = std::pow(10.0, 1.5 * flat(random) - 1.0);
      for (const Precision precision : layer.searched.precisions) {
        Entry entry;
        if (precision != Precision::fp32) {
          const double gain =
              precision == Precision::int8 ? 1.0 : std::pow(10.0, -3.0 * flat(random));
          entry.loss = scale * gain;
          entry.direction = random_direction(random, normal, options);
          for (std::size_t i = 0; i < signed_measures_; ++i) {
            entry.shifts.push_back(normal(random) * std::sqrt(entry.loss));
          }
          logarithms += std::log(entry.loss);
          ++count;
        }
        entries_[layer.name][precision] = entry;
        costs[layer.name][precision] = {
            milliseconds * time_of(precision) * (0.8 + 0.4 * flat(random)),
            bytes * size_of(precision)};
      }
    }
    limit = options.tolerance * std::exp(logarithms / static_cast<double>(count));
    signed_limit_ = 1.5 * std::sqrt(limit);
  }

  [[nodiscard]] Evaluation evaluate(const TuningConfig& config) const {
    std::vector<double> sum(dimensions, 0.0);
    std::vector<double> shifts(signed_measures_, 0.0);
    for (const TuningConfig::Layer& layer : config.layers()) {
      const Entry& entry = entries_.at(layer.name).at(layer.choice.precision);
      for (std::size_t i = 0; i < entry.direction.size(); ++i) {
        sum[i] += std::sqrt(entry.loss) * entry.direction[i];
      }
      for (std::size_t i = 0; i < entry.shifts.size(); ++i) {
        shifts[i] += entry.shifts[i];
      }
    }
    Evaluation evaluation;
    for (const double part : sum) {
      evaluation.loss += part * part;
    }
    for (const double shift : shifts) {
      const double bent = shift + 0.1 * shift * std::abs(shift) / signed_limit_;
      evaluation.measures.push_back({"response", bent, signed_limit_});
    }
    return evaluation;
  }

  CostTable costs;
  double limit = 0.0;  ///< of the loss

 private:
  static constexpr std::size_t dimensions = 401;
  struct Entry {
    double loss = 0.0;
    std::vector<double> direction;  ///< of length 1
    std::vector<double> shifts;
  };

  static double time_of(Precision precision) {
    const std::map<Precision, double> times{{Precision::int8, 1.0},
                                            {Precision::w8a16, 1.7},
                                            {Precision::w8, 3.0},
                                            {Precision::bf16, 2.5},
                                            {Precision::fp32, 4.0}};
    return times.at(precision);
  }

  static double size_of(Precision precision) {
    return precision == Precision::fp32 ? 4.0 : precision == Precision::bf16 ? 2.0 : 1.0;
  }

  /// Random directions have cosines of about 1 / sqrt(dimensions) = 0.2; fewer dimensions are used
  /// for stronger correlations.
  static std::vector<double> random_direction(std::mt19937_64& random,
                                              std::normal_distribution<double>& normal,
                                              const Options& options) {
    const auto used = static_cast<std::size_t>(
        std::min(std::max(1.0 / (options.correlation * options.correlation), 1.0),
                 static_cast<double>(dimensions - 1)));
    std::vector<double> direction(dimensions, 0.0);
    double length = 0.0;
    for (std::size_t i = 0; i < used; ++i) {
      direction[i] = normal(random);
      length += direction[i] * direction[i];
    }
    for (double& part : direction) {
      part *= std::sqrt((1.0 - options.coherence) / length);
    }
    direction.back() = std::sqrt(options.coherence);
    return direction;
  }

  std::size_t signed_measures_;
  double signed_limit_ = 0.0;
  std::map<std::string, std::map<Precision, Entry>> entries_;
};

/// The whole run of a strategy on a landscape.
inline TuneResult tune_on(const Landscape& landscape, const TuningSpace& space,
                          const std::string& name, Objective objective = Objective::fastest) {
  constexpr std::size_t no_limit = 1'000'000;
  StrategyOptions options;
  options.name = name;
  options.objective = objective;
  options.costs = landscape.costs;
  const auto strategy = make_strategy(options, space);
  TuneOptions tuning;
  tuning.criterion.tolerable_loss = landscape.limit;
  tuning.limits.max_trials = no_limit;
  tuning.objective = objective;
  tuning.costs = landscape.costs;
  TuneCallbacks callbacks;
  callbacks.evaluate = [&](const TuningConfig& config) { return landscape.evaluate(config); };
  return tune(*strategy, tuning, callbacks);
}

}  // namespace caloquant::testing
