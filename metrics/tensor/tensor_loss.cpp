#include "metrics/tensor/tensor_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "metrics/core/jackknife.hpp"
#include "ops/core/check.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

constexpr std::size_t most_tensor_blocks = 20;
constexpr std::size_t enough_tensor_events = 2 * most_tensor_blocks;

bool all_finite(std::span<const std::span<const float>> outputs) {
  return std::ranges::all_of(outputs, [](std::span<const float> output) {
    return std::ranges::all_of(output, [](float value) { return std::isfinite(value); });
  });
}

/// LossResult::without_block.
std::vector<std::vector<double>> values_without_block(const MetricFormula& formula,
                                                      std::span<const EventTerms> events) {
  const std::size_t blocks = std::min(most_tensor_blocks, events.size());
  if (!formula.has_standard_error || blocks < 2) {
    return {};
  }
  return {jackknife_values(blocks, [&](std::size_t block) {
    return formula.value(events, block * events.size() / blocks,
                         (block + 1) * events.size() / blocks);
  })};
}

}  // namespace

const MetricFormula& formula_of(TensorMetric metric) {
  switch (metric) {
    case TensorMetric::mse:
      return mse_formula();
    case TensorMetric::sqnr:
      return sqnr_formula();
    case TensorMetric::cosine:
      return cosine_formula();
    case TensorMetric::max_abs:
      return max_abs_formula();
    case TensorMetric::classification_top1:
      return top1_formula();
  }
  CALOQUANT_EXPECT(false);
  std::abort();
}

TensorLoss::TensorLoss(TensorMetric metric, std::vector<ClassLayout> layouts, std::size_t events)
    : formula_(&formula_of(metric)),
      layouts_(std::move(layouts)),
      terms_(events),
      dead_(events),
      finite_(events, 0) {
  CALOQUANT_EXPECT(!layouts_.empty());
}

void TensorLoss::add(std::size_t event, std::span<const std::span<const float>> test,
                     std::span<const std::span<const float>> reference) {
  CALOQUANT_EXPECT(event < terms_.size() && test.size() == layouts_.size() &&
                   reference.size() == layouts_.size());
  for (std::size_t i = 0; i < test.size(); ++i) {
    const std::vector<float> zeros(test[i].size(), 0.0F);
    const EventTerms terms = formula_->compare(test[i], reference[i], layouts_[i]);
    const EventTerms dead = formula_->compare(zeros, reference[i], layouts_[i]);
    terms_[event] = i == 0 ? terms : formula_->join(terms_[event], terms);
    dead_[event] = i == 0 ? dead : formula_->join(dead_[event], dead);
  }
  finite_[event] = all_finite(test) && all_finite(reference) ? 1 : 0;
}

LossResult TensorLoss::result(std::size_t events) const {
  CALOQUANT_EXPECT(events >= 1 && events <= terms_.size());
  const std::span<const EventTerms> terms = std::span(terms_).first(events);
  LossResult result;
  result.events = events;
  result.dead_output = formula_->value(std::span(dead_).first(events), 0, 0);
  result.dead_error = formula_->error(result.dead_output);
  if (std::ranges::any_of(std::span(finite_).first(events),
                          [](char finite) { return finite == 0; })) {
    result.suspect.emplace_back("an output is not finite");
    result.value = std::numeric_limits<double>::quiet_NaN();
  } else {
    result.value = formula_->value(terms, 0, 0);
    result.without_block = values_without_block(*formula_, terms);
    result.standard_error = jackknife_error(result.without_block);
  }
  result.error = formula_->error(result.value);
  result.relative_to_dead = result.dead_error == 0.0 ? std::numeric_limits<double>::quiet_NaN()
                                                     : result.error / result.dead_error;
  if (std::isnan(result.dead_output)) {
    result.suspect.emplace_back("the reference is zero everywhere");
  }
  if (formula_->has_standard_error && events < enough_tensor_events) {
    result.suspect.push_back("there are only " + counted(events, "event"));
  }
  return result;
}

}  // namespace caloquant
