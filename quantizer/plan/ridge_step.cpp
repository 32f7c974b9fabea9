#include "quantizer/plan/ridge_step.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <optional>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// All folds, all but one, or one alone.
struct FoldChoice {
  std::size_t fold = 0;
  bool alone = false;
  bool all = false;
  [[nodiscard]] bool has(std::size_t i) const { return all || (i == fold) == alone; }
};

Eigen::VectorXd summed(std::span<const double> sums, const LinearFit& fit, FoldChoice choice) {
  const std::size_t count = fit.weights.size();
  CALOQUANT_EXPECT(sums.size() == fit.folds * count);
  Eigen::VectorXd result = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(count));
  for (std::size_t fold = 0; fold < fit.folds; ++fold) {
    if (choice.has(fold)) {
      result += Eigen::Map<const Eigen::VectorXd>(sums.data() + fold * count,
                                                  static_cast<Eigen::Index>(count));
    }
  }
  return result;
}

/// Weighted deviations and their derivatives.
struct LinearModel {
  Eigen::VectorXd deviations;
  Eigen::MatrixXd slopes;
};

/// What a deviation of one from the reference counts; 0 where there is no reference.
Eigen::VectorXd factors_of(const LinearFit& fit, FoldChoice choice) {
  Eigen::VectorXd factors = summed(fit.reference, fit, choice);
  for (Eigen::Index k = 0; k < factors.size(); ++k) {
    factors[k] = factors[k] > 0.0 ? fit.weights[static_cast<std::size_t>(k)] / factors[k] : 0.0;
  }
  return factors;
}

LinearModel linear_model_of(const LinearFit& fit, FoldChoice choice) {
  const Eigen::VectorXd factors = factors_of(fit, choice);
  const Eigen::VectorXd base = summed(fit.base, fit, choice);
  LinearModel model;
  model.deviations = factors.cwiseProduct(base - summed(fit.reference, fit, choice));
  model.slopes.resize(base.size(), static_cast<Eigen::Index>(fit.probed.size()));
  for (std::size_t p = 0; p < fit.probed.size(); ++p) {
    model.slopes.col(static_cast<Eigen::Index>(p)) =
        factors.cwiseProduct(summed(fit.probed[p], fit, choice) - base) / fit.probes[p];
  }
  return model;
}

Eigen::VectorXd solved(const LinearModel& model, double ridge) {
  Eigen::MatrixXd normal = model.slopes.transpose() * model.slopes;
  const Eigen::VectorXd diagonal = normal.diagonal();
  for (Eigen::Index p = 0; p < diagonal.size(); ++p) {
    // A parameter that changes nothing stays as it is.
    normal(p, p) += diagonal[p] > 0.0 ? ridge * diagonal[p] : 1.0;
  }
  return -normal.ldlt().solve(model.slopes.transpose() * model.deviations);
}

/// The ridge that serves folds which were not fitted best.
std::optional<double> best_ridge(const LinearFit& fit) {
  std::vector<LinearModel> seen;
  std::vector<LinearModel> unseen;
  double smallest = 0.0;  // what is left without a step
  for (std::size_t fold = 0; fold < fit.folds; ++fold) {
    seen.push_back(linear_model_of(fit, {fold, false, false}));
    unseen.push_back(linear_model_of(fit, {fold, true, false}));
    smallest += unseen.back().deviations.squaredNorm();
  }
  std::optional<double> best;
  for (double ridge = 1e2; ridge > 1e-7; ridge /= std::sqrt(10.0)) {
    double left = 0.0;
    for (std::size_t fold = 0; fold < fit.folds; ++fold) {
      left +=
          (unseen[fold].deviations + unseen[fold].slopes * solved(seen[fold], ridge)).squaredNorm();
    }
    if (left < smallest) {
      smallest = left;
      best = ridge;
    }
  }
  return best;
}

}  // namespace

double objective_of(std::span<const double> sums, const LinearFit& fit) {
  const FoldChoice all{0, false, true};
  return factors_of(fit, all)
      .cwiseProduct(summed(sums, fit, all) - summed(fit.reference, fit, all))
      .squaredNorm();
}

std::vector<double> ridge_step(const LinearFit& fit) {
  const std::optional<double> ridge = best_ridge(fit);
  if (!ridge) {
    return std::vector<double>(fit.probed.size(), 0.0);
  }
  const Eigen::VectorXd step = solved(linear_model_of(fit, {0, false, true}), *ridge);
  return {step.data(), step.data() + step.size()};
}

}  // namespace caloquant
