// Gemm, MatMul, MatMulInteger, QLinearMatMul; sums in double as in conv.cpp.

#include <algorithm>
#include <utility>

#include "graph/io/onnx/interpreter/broadcast.hpp"
#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/quantization.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"
#include "ops/core/broadcast.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant::onnx {
namespace {

/// dst [m, n] = a [m, k] * b [k, n]. Every sum is taken by one thread in one order.
void multiply_matrices(const double* a, const double* b, double* dst, std::int64_t m,
                       std::int64_t k, std::int64_t n) {
  constexpr std::int64_t block = 256;  // columns
#pragma omp parallel for num_threads(team_size()) if (m * k * n > 1000000)
  for (std::int64_t first = 0; first < n; first += block) {
    const std::int64_t last = std::min(n, first + block);
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t l = 0; l < k; ++l) {
        const double factor = a[i * k + l];
#pragma omp simd
        for (std::int64_t j = first; j < last; ++j) {
          dst[i * n + j] += factor * b[l * n + j];
        }
      }
    }
  }
}

struct Product {
  Shape dims;
  std::vector<double> values;
};

/// Takes the work of a * b from the budget, before anything is converted.
void charge_product(const Call& call, const Array& a, const Array& b) {
  const double columns = b.rank() < 2 ? 1.0 : static_cast<double>(b.dims().back());
  const double stacked = b.rank() > 2 ? static_cast<double>(b.dims().front()) : 1.0;
  call.charge(static_cast<double>(a.size()) * columns * (a.rank() > 2 ? 1.0 : stacked));
}

/// numpy.matmul of a and b, given as numbers.
Product product(const Call& call, const Array& a, const Array& b, const std::vector<double>& x,
                const std::vector<double>& y) {
  call.require(a.rank() >= 1 && b.rank() >= 1, "needs matrices, has scalars");
  Shape da = a.dims();
  Shape db = b.dims();
  if (a.rank() == 1) {
    da.insert(da.begin(), 1);
  }
  if (b.rank() == 1) {
    db.push_back(1);
  }
  const std::int64_t m = da[da.size() - 2];
  const std::int64_t k = da.back();
  const std::int64_t n = db.back();
  call.require(db[db.size() - 2] == k, "cannot multiply " + describe(a) + " and " + describe(b));
  const Shape batch_a(da.begin(), da.end() - 2);
  const Shape batch_b(db.begin(), db.end() - 2);
  const Shape batch = broadcast(call, batch_a, batch_b);
  Product result{batch, {}};
  result.dims.push_back(m);
  result.dims.push_back(n);
  call.check_size(ElementType::f64, result.dims);
  result.values.resize(static_cast<std::size_t>(element_count(result.dims)), 0.0);
  const auto matrices_b = positions(broadcast_view(Array(ElementType::u8, batch_b), batch));
  for_each_element(broadcast_view(Array(ElementType::u8, batch_a), batch), [&](std::size_t at,
                                                                               std::size_t from_a) {
    multiply_matrices(x.data() + from_a * static_cast<std::size_t>(m * k),
                      y.data() + matrices_b[at] * static_cast<std::size_t>(k * n),
                      result.values.data() + at * static_cast<std::size_t>(m * n), m, k, n);
  });
  if (b.rank() == 1) {
    result.dims.pop_back();
  }
  if (a.rank() == 1) {
    result.dims.erase(result.dims.end() - (b.rank() == 1 ? 1 : 2));
  }
  return result;
}

/// A matrix, transposed when asked for.
Array matrix(const Call& call, std::size_t index, const char* attribute) {
  const Array& array = call.input(index);
  call.require(array.rank() == 2,
               "needs matrices, input " + std::to_string(index) + " is " + describe(array));
  if (call.integer(attribute, 0) == 0) {
    return array;
  }
  return materialize(call, array, {{array.dims()[1], array.dims()[0]}, {1, array.dims()[1]}, 0});
}

template <typename F>
Array multiply_types(const Call& call, const Array& a, const Array& b, F store) {
  call.require(a.type() == b.type(),
               "has inputs of different types, " + describe(a) + " and " + describe(b));
  charge_product(call, a, b);
  return store(product(call, a, b, to_doubles(call, a), to_doubles(call, b)));
}

/// Zero points of a matrix operand: one, or one per row of a or per column of b.
std::vector<double> centered(const Call& call, const Array& array, const Array* zero_point,
                             bool rows) {
  const std::size_t rank = array.rank();
  const bool one = zero_point == nullptr || zero_point->size() == 1;
  call.require(one || (rank >= 2 && zero_point->rank() == 1),
               "has zero points that do not fit " + describe(array));
  return without_zero_point(call, array, zero_point,
                            one ? std::nullopt : std::optional(rows ? rank - 2 : rank - 1));
}

}  // namespace

Results matmul(const Call& call) {
  const Array& a = call.input(0);
  return {multiply_types(call, a, call.input(1), [&](const Product& result) {
    if (is_float(a.type())) {
      return from_doubles(call, a.type(), result.dims, result.values);
    }
    Array integers = call.make(a.type(), result.dims);
    visit_integer(call, a.type(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::transform(result.values.begin(), result.values.end(), integers.data<T>().begin(),
                     [](double sum) { return saturating<T>(sum); });
    });
    return integers;
  })};
}

Results gemm(const Call& call) {
  const Array a = matrix(call, 0, "transA");
  const Array b = matrix(call, 1, "transB");
  const double alpha = call.number("alpha", 1.0);
  const double beta = call.number("beta", 1.0);
  call.require(a.type() == b.type(), "has inputs of different types");
  charge_product(call, a, b);
  Product result = product(call, a, b, to_doubles(call, a), to_doubles(call, b));
  std::for_each(result.values.begin(), result.values.end(), [&](double& x) { x *= alpha; });
  if (const Array* c = call.optional(2)) {
    call.require(broadcasts_to(c->dims(), result.dims),
                 "has C " + describe(*c) + " for a result " + to_string(result.dims));
    const std::vector<double> addend = to_doubles(call, *c);
    for_each_element(broadcast_view(*c, result.dims), [&](std::size_t at, std::size_t from) {
      result.values[at] += beta * addend[from];
    });
  }
  return {from_doubles(call, a.type(), result.dims, result.values)};
}

Results matmul_integer(const Call& call) {
  const Array& a = call.input(0);
  const Array& b = call.input(1);
  charge_product(call, a, b);
  const Product sums = product(call, a, b, centered(call, a, call.optional(2), true),
                               centered(call, b, call.optional(3), false));
  return {wrapped_s32(call, sums.dims, sums.values)};
}

Results qlinear_matmul(const Call& call) {
  const Array& a = call.input(0);
  const Array& b = call.input(3);
  charge_product(call, a, b);
  const Product sums = product(call, a, b, centered(call, a, call.optional(2), true),
                               centered(call, b, call.optional(5), false));
  call.require(!sums.dims.empty(), "needs matrices");
  return {requantize(call, sums.dims, sums.values,
                     {scales_of(call, 1), scales_of(call, 4), scales_of(call, 6)}, call.input(7),
                     sums.dims.size() - 1)};
}

}  // namespace caloquant::onnx
