#include "metrics/tensor/squares.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// The largest class at one place; the first of equal ones.
std::size_t winner(std::span<const float> output, const ClassLayout& layout, std::size_t place) {
  const std::size_t first =
      place / layout.inner * layout.classes * layout.inner + place % layout.inner;
  std::size_t best = 0;
  for (std::size_t c = 1; c < layout.classes; ++c) {
    if (output[first + c * layout.inner] > output[first + best * layout.inner]) {
      best = c;
    }
  }
  return best;
}

/// Places with the right class, places.
EventTerms hits(std::span<const float> test, std::span<const float> reference,
                const ClassLayout& layout) {
  const std::size_t places = layout.outer * layout.inner;
  CALOQUANT_EXPECT(layout.classes > 1 && test.size() == places * layout.classes);
  const bool numbers = reference.size() == places;
  CALOQUANT_EXPECT(numbers || reference.size() == test.size());
  std::size_t right = 0;
  for (std::size_t place = 0; place < places; ++place) {
    const std::size_t found = winner(test, layout, place);
    const bool is_right = numbers ? static_cast<float>(found) == reference[place]
                                  : found == winner(reference, layout, place);
    right += is_right ? std::size_t{1} : std::size_t{0};
  }
  return {static_cast<double>(right), static_cast<double>(places), 0.0};
}

double top1_value(std::span<const EventTerms> events, std::size_t skip_first,
                  std::size_t skip_last) {
  const EventTerms sum = sum_of_events(events, skip_first, skip_last);
  return sum[0] / sum[1];
}

double top1_error(double accuracy) {
  return 1.0 - accuracy;
}

}  // namespace

const MetricFormula& top1_formula() {
  static constexpr MetricFormula formula{
      TensorMetric::classification_top1, hits, sum_of_terms, top1_value, top1_error, true};
  return formula;
}

}  // namespace caloquant
