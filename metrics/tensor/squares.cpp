#include "metrics/tensor/squares.hpp"

#include "ops/core/check.hpp"

namespace caloquant {

EventTerms squares_of(std::span<const float> test, std::span<const float> reference,
                      const ClassLayout& /*classes*/) {
  CALOQUANT_EXPECT(test.size() == reference.size());
  double noise = 0.0;
  double signal = 0.0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    const auto wanted = static_cast<double>(reference[i]);
    const double difference = static_cast<double>(test[i]) - wanted;
    noise += difference * difference;
    signal += wanted * wanted;
  }
  return {noise, signal, static_cast<double>(test.size())};
}

EventTerms sum_of_terms(const EventTerms& a, const EventTerms& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}

EventTerms sum_of_events(std::span<const EventTerms> events, std::size_t skip_first,
                         std::size_t skip_last) {
  EventTerms sum{};
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i < skip_first || i >= skip_last) {
      sum = sum_of_terms(sum, events[i]);
    }
  }
  return sum;
}

}  // namespace caloquant
