#include "quantizer/search/strategy/additive_model.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

// Standard deviations of the correlations c_lm: of each pair on its own, and of what all share.
constexpr double own_correlation = 0.2;
constexpr double common_correlation = 0.2;
// What the model leaves out (three layers together, rounding), relative to the sum of |errors|.
constexpr double left_out = 0.03;
constexpr double left_out_of_fits = 0.1;  // a fit shifts each plan a little differently
// Standard deviation of the part of the sum that a fit takes away.
constexpr double fitted_part = 0.7;
// Bounds that are wider than this part of a limit say that too few events were seen.
constexpr double most_margin = 0.5;
// Beyond these the newest trials say all there is to know, and the kernel stays small.
constexpr std::size_t most_observations = 48;

double normal_distribution(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

using Vector = Eigen::Map<Eigen::VectorXd>;
using Factor = Eigen::Map<const Eigen::MatrixXd>;

Vector vector_of(std::vector<double>& values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

/// The square matrix that a Cholesky factor was copied from.
Factor factor_of(const std::vector<double>& factor, std::size_t size) {
  return {factor.data(), static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size)};
}

/// Of a matrix that is positive definite but for rounding, which a little more on its diagonal
/// makes up for.
Eigen::LLT<Eigen::MatrixXd> cholesky(Eigen::MatrixXd matrix) {
  Eigen::LLT<Eigen::MatrixXd> factor(matrix);
  for (double more = 1e-15; factor.info() != Eigen::Success && more < 1.0; more *= 10.0) {
    matrix.diagonal() *= 1.0 + more;
    factor.compute(matrix);
  }
  return factor;
}

}  // namespace

std::optional<std::vector<double>> finite_measures(const Trial& trial) {
  if (!trial.error.empty() || trial.measures.empty()) {
    return std::nullopt;
  }
  std::vector<double> values;
  for (const Measure& measure : trial.measures) {
    if (!std::isfinite(measure.value)) {
      return std::nullopt;
    }
    values.push_back(measure.value);
  }
  return values;
}

AdditiveModel::AdditiveModel(const LevelTable& table, const History& history,
                             const Options& options)
    : table_(&table), options_(options) {
  learn_limits(history);
  learn_errors(history);
  observe(history);
}

/// A limit less the least distance between a value and its upper bound that a plan has shown, as it
/// would be after all events.
void AdditiveModel::learn_limits(const History& history) {
  std::vector<double> margins;
  for (const Trial& trial : history) {
    if (!finite_measures(trial)) {
      continue;
    }
    if (limits_.empty()) {
      for (const Measure& measure : trial.measures) {
        limits_.push_back(measure.limit);
        margins.push_back(most_margin * measure.limit);
      }
    }
    if (trial.proposal.probe || trial.events == 0 || trial.measures.size() != measures()) {
      continue;
    }
    const double share = static_cast<double>(trial.events) /
                         static_cast<double>(std::max(options_.max_events, trial.events));
    for (std::size_t i = 0; i < measures(); ++i) {
      const Measure& measure = trial.measures[i];
      const double value = measure.one_sided ? measure.value : std::abs(measure.value);
      if (std::isfinite(measure.upper)) {
        margins[i] = std::min(margins[i], (measure.upper - value) * std::sqrt(share));
      }
    }
  }
  for (std::size_t i = 0; options_.max_events > 0 && i < measures(); ++i) {
    limits_[i] -= margins[i];
  }
}

void AdditiveModel::learn_errors(const History& history) {
  const std::vector<LayerLevels>& layers = table_->layers();
  const Assignment reference = table_->reference();
  base_.assign(measures(), 0.0);
  if (valid()) {
    base_[0] = options_.baseline;
  }
  processes_.resize(measures());
  for (const LayerLevels& layer : layers) {
    usable_.emplace_back(layer.levels.size(), false);
    usable_.back().back() = true;
    for (Process& process : processes_) {
      process.errors.emplace_back(layer.levels.size(), 0.0);
      process.variances.emplace_back(layer.levels.size(), 0.0);
    }
  }
  for (const Trial& trial : history) {
    const auto values = finite_measures(trial);
    if (values && values->size() == measures() &&
        table_->find(trial.proposal.config) == reference) {
      base_ = *values;
    }
  }
  for (const Trial& trial : history) {
    const auto values = finite_measures(trial);
    const auto assignment = table_->find(trial.proposal.config);
    if (!values || values->size() != measures() || !assignment || !table_->is_single(*assignment)) {
      continue;
    }
    const auto layer = static_cast<std::size_t>(std::ranges::mismatch(*assignment, reference).in1 -
                                                assignment->begin());
    const std::uint8_t level = (*assignment)[layer];
    usable_[layer][level] = true;
    for (std::size_t measure = 0; measure < measures(); ++measure) {
      processes_[measure].errors[layer][level] = (*values)[measure] - base_[measure];
      const double uncertain = trial.measures[measure].standard_error;
      if (options_.max_events > 0 && std::isfinite(uncertain)) {
        processes_[measure].variances[layer][level] = uncertain * uncertain;
      }
    }
  }
}

void AdditiveModel::observe(const History& history) {
  std::vector<Values> observed;
  for (auto trial = history.rbegin();
       trial != history.rend() && observed.size() < most_observations; ++trial) {
    const auto values = finite_measures(*trial);
    auto assignment = table_->find(trial->proposal.config);
    if (!values || values->size() != measures() || !assignment || table_->is_single(*assignment) ||
        *assignment == table_->reference()) {
      continue;
    }
    bool all_usable = true;
    for (std::size_t layer = 0; layer < assignment->size(); ++layer) {
      all_usable = all_usable && usable(layer, (*assignment)[layer]);
    }
    if (all_usable) {
      observations_.push_back(*std::move(assignment));
      observed.push_back(*values);
    }
  }
  for (std::size_t measure = 0; measure < measures(); ++measure) {
    fit(measure, observed);
  }
}

void AdditiveModel::fit(std::size_t measure, const std::vector<Values>& observed) {
  Process& process = processes_[measure];
  double roots = 0.0;
  double sizes = 0.0;
  double variances = 0.0;
  for (const Values& levels : process.errors) {
    const double largest = std::abs(
        *std::ranges::max_element(levels, {}, [](double error) { return std::abs(error); }));
    roots += std::sqrt(largest);
    sizes += largest;
  }
  for (const Values& levels : process.variances) {
    variances += *std::ranges::max_element(levels);
  }
  process.largest_sum = std::abs(base_[measure]) + sizes;
  const double slope = options_.fitted ? fitted_part * process.largest_sum : 0.0;
  // (sum of roots)^2 bounds what coherent() can be; the own part of the kernel is at most sizes^2.
  process.largest_coherent = roots * roots;
  process.largest_deviation =
      std::sqrt(2.0 * own_correlation * own_correlation * sizes * sizes +
                std::pow(common_correlation * process.largest_coherent, 2) +
                std::pow((options_.fitted ? left_out_of_fits : left_out) * sizes, 2) +
                std::pow(1e-3 * limits_[measure], 2) + slope * slope + variances);
  const std::size_t count = observations_.size();
  const auto size = static_cast<Eigen::Index>(count);
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(size, size);  // the lower half is read
  process.weights.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    process.weights[i] = observed[i][measure] - sum_of_errors(measure, observations_[i]);
    for (std::size_t j = 0; j <= i; ++j) {
      matrix(row, static_cast<Eigen::Index>(j)) =
          kernel(measure, observations_[i], observations_[j]);
    }
    matrix(row, row) += nugget(measure, observations_[i]);
  }
  const Eigen::LLT<Eigen::MatrixXd> factor = cholesky(std::move(matrix));
  factor.solveInPlace(vector_of(process.weights));
  process.factor.assign(factor.matrixLLT().data(), factor.matrixLLT().data() + count * count);
  for (std::size_t i = 0; i < count; ++i) {
    const double common = common_correlation * common_correlation *
                          coherent(process, observations_[i]) * process.largest_coherent;
    process.largest_correction +=
        std::abs(process.weights[i]) * (kernel(measure, observations_[i], observations_[i]) +
                                        common + slope * fitted_part * process.largest_sum);
  }
}

bool AdditiveModel::usable(std::size_t layer, std::uint8_t level) const {
  return usable_[layer][level];
}

double AdditiveModel::error(std::size_t measure, std::size_t layer, std::uint8_t level) const {
  return processes_[measure].errors[layer][level];
}

double AdditiveModel::sum_of_errors(std::size_t measure, const Assignment& assignment) const {
  double sum = base_[measure];
  for (std::size_t layer = 0; layer < assignment.size(); ++layer) {
    sum += error(measure, layer, assignment[layer]);
  }
  return sum;
}

/// Sum over pairs of 2 sqrt(e_l e_m): what the pairs add when all errors point the same way.
double AdditiveModel::coherent(const Process& process, const Assignment& assignment) const {
  double roots = 0.0;
  double sizes = 0.0;
  for (std::size_t layer = 0; layer < assignment.size(); ++layer) {
    const double size = std::abs(process.errors[layer][assignment[layer]]);
    roots += std::sqrt(size);
    sizes += size;
  }
  return std::max(roots * roots - sizes, 0.0);
}

/// Covariance of the rests of two assignments: over pairs (l, m) that have the same levels in both,
/// own^2 4 e_l e_m, and common^2 coherent(left) coherent(right). Of fitted plans also
/// slope^2 sum(left) sum(right); and the variances of the levels that both have.
double AdditiveModel::kernel(std::size_t measure, const Assignment& left,
                             const Assignment& right) const {
  const Process& process = processes_[measure];
  double sizes = 0.0;
  double squares = 0.0;
  double further = options_.fitted ? fitted_part * fitted_part * sum_of_errors(measure, left) *
                                         sum_of_errors(measure, right)
                                   : 0.0;
  for (std::size_t layer = 0; layer < left.size(); ++layer) {
    if (left[layer] == right[layer]) {
      const double size = std::abs(process.errors[layer][left[layer]]);
      sizes += size;
      squares += size * size;
      further += process.variances[layer][left[layer]];
    }
  }
  const double own = 2.0 * std::max(sizes * sizes - squares, 0.0);
  return own_correlation * own_correlation * own +
         common_correlation * common_correlation * coherent(process, left) *
             coherent(process, right) +
         further;
}

double AdditiveModel::nugget(std::size_t measure, const Assignment& assignment) const {
  double sizes = 0.0;
  for (std::size_t layer = 0; layer < assignment.size(); ++layer) {
    sizes += std::abs(error(measure, layer, assignment[layer]));
  }
  return std::pow((options_.fitted ? left_out_of_fits : left_out) * sizes, 2) +
         std::pow(1e-3 * limits_[measure], 2) + 1e-30;
}

AdditiveModel::Prediction AdditiveModel::predict(std::size_t measure,
                                                 const Assignment& assignment) const {
  const Process& process = processes_[measure];
  Prediction prediction{sum_of_errors(measure, assignment),
                        kernel(measure, assignment, assignment) + nugget(measure, assignment)};
  Values shared(observations_.size());
  for (std::size_t i = 0; i < observations_.size(); ++i) {
    shared[i] = kernel(measure, assignment, observations_[i]);
    prediction.mean += shared[i] * process.weights[i];
  }
  Vector known = vector_of(shared);
  factor_of(process.factor, shared.size()).triangularView<Eigen::Lower>().solveInPlace(known);
  prediction.deviation -= known.squaredNorm();
  prediction.deviation = std::sqrt(std::max(prediction.deviation, 0.0));
  return prediction;
}

double AdditiveModel::probability(const Assignment& assignment) const {
  double probability = 1.0;
  for (std::size_t measure = 0; measure < measures(); ++measure) {
    const Prediction predicted = predict(measure, assignment);
    const double unit = std::max(predicted.deviation, 1e-15);
    double within = normal_distribution((limits_[measure] - predicted.mean) / unit);
    if (measure > 0) {  // the loss has no lower limit
      within -= normal_distribution((-limits_[measure] - predicted.mean) / unit);
    }
    probability *= within;
  }
  return probability;
}

double AdditiveModel::slack(std::size_t measure, double sigmas) const {
  const Process& process = processes_[measure];
  return process.largest_correction + sigmas * process.largest_deviation;
}

}  // namespace caloquant
