#pragma once

#include <span>

#include "metrics/tensor/tensor_loss.hpp"

namespace caloquant {

// Terms of mse and sqnr: sum of squared differences, sum of squares of the reference, elements.

[[nodiscard]] EventTerms squares_of(std::span<const float> test, std::span<const float> reference,
                                    const ClassLayout& classes);
[[nodiscard]] EventTerms sum_of_terms(const EventTerms& a, const EventTerms& b);
[[nodiscard]] EventTerms sum_of_events(std::span<const EventTerms> events, std::size_t skip_first,
                                       std::size_t skip_last);

}  // namespace caloquant
