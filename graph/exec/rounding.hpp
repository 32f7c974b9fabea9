#pragma once

#include <functional>
#include <vector>

#include "graph/ir/graph.hpp"
#include "ops/core/tensor.hpp"

namespace caloquant {

/// A tensor as the reference computes it, and how far from it an f32 computation in any order may
/// come out.
///
/// The model is that of Higham and Mary (A new approach to probabilistic rounding error analysis,
/// SIAM J. Sci. Comput. 41, 2019): roundings are independent, zero on average, and each at most
/// u = 2^-24 of what is rounded. A sum of n products rounds n partial sums; of products of random
/// sign the k-th is about sqrt(k q / n) with q the sum of the squared products, of products that
/// add up it is k y / n. So the variance of y, in units of u^2, is at most
///
///     sum_i w_i^2 (var(x_i) + (n / 2 + 1) x_i^2)  +  (n / 3 + 2) y^2
///
/// of which the first term is the same operator on squared weights: variances travel through the
/// graph by the kernels of the reference itself. Through a function f a deviation s becomes the
/// larger of |f(x + s) - f(x)| and |f(x - s) - f(x)|, and f itself is taken to be within a few u.
struct RoundedTensor {
  Tensor value;
  Tensor variance;  ///< in units of u^2, of the shape of `value`
};

/// What is asked of a single value: |difference| <= bound_of(variance). 10 deviations: 6 for the
/// largest of a billion values, the rest for roundings that are not independent, because what many
/// sums share (a factor of a channel, an input) is rounded once.
[[nodiscard]] double bound_of(float variance);

/// No bound goes above this part of the largest value of its tensor: where rounding alone could do
/// more, agreement would say nothing.
inline constexpr double loosest_bound = 1.0 / 128;

/// Computes an fp32 graph node by node as compile_reference() does, variances beside it, and shows
/// every computed value once. `inputs` have one batch, and no error. Throws ModelError for a
/// quantized graph.
void run_with_rounding(const Graph& graph, const std::vector<Tensor>& inputs,
                       const std::function<void(ValueId, const RoundedTensor&)>& show);

}  // namespace caloquant
