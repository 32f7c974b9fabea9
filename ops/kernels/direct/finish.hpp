#pragma once

// The end of a direct kernel: from sums to stored lanes. Included by kernels_<isa>.cpp only.

#include <cstddef>

#include "ops/kernels/direct/tiles.hpp"

namespace caloquant::direct {
namespace {

template <typename T, int Count>
using Line = T[static_cast<std::size_t>(Count)];
template <typename T, int Outer, int Inner>
using Grid = T[static_cast<std::size_t>(Outer)][static_cast<std::size_t>(Inner)];

template <typename K>
typename K::A zero_sum() {
  if constexpr (__is_same(typename K::A, typename K::F)) {
    return K::zero_f();
  } else {
    return K::zero_i();
  }
}

template <typename K>
typename K::F activate(const Finish& finish, typename K::F y) {
  switch (finish.activation) {
    case Activation::relu:  // of equal or unordered operands max and min give the second
      return K::max(K::zero_f(), y);
    case Activation::leaky_relu:
      return K::if_not_negative(y, K::mul(y, K::broadcast(finish.alpha)));
    case Activation::clip:
      return K::min(K::broadcast(finish.beta), K::max(K::broadcast(finish.alpha), y));
    case Activation::none:
      break;
  }
  return y;
}

/// Constants of one channel in every lane.
template <typename K>
struct OneChannel {
  std::int64_t channel;
  typename K::F operator()(const float* values) const { return K::broadcast(values[channel]); }
};

/// Constants of `lanes` channels, one a lane.
template <typename K>
struct ManyChannels {
  std::int64_t first;
  typename K::F operator()(const float* values) const { return K::load_f(values + first); }
};

/// The real value of a sum.
template <typename K, typename Constants>
typename K::F value_of(const Finish& finish, typename K::A sum, Constants constants) {
  typename K::F y = K::to_float(sum);
  if (finish.scale != nullptr) {
    y = K::mul(y, constants(finish.scale));
  }
  y = activate<K>(finish, K::add(y, constants(finish.bias)));
  if (finish.mul != nullptr) {
    y = K::add(K::mul(y, constants(finish.mul)), constants(finish.add));
  }
  return y;
}

/// The lane of a real value that is stored as f32.
template <typename K>
typename K::I float_of(const Finish& finish, typename K::F y) {
  return finish.bf16 ? K::bf16_bits(y) : K::bits(y);
}

/// The integer of a real value: qmath's rule, in steps from the zero point plus the offset.
template <typename K>
typename K::I integer_of(const Finish& finish, typename K::F y) {
  y = K::div(y, K::broadcast(finish.step));
  y = K::min(K::max(y, K::broadcast(finish.low)), K::broadcast(finish.high));
  return K::add(K::round(y), K::broadcast(finish.offset));
}

}  // namespace
}  // namespace caloquant::direct
