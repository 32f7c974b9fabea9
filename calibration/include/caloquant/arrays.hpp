#pragma once

#include <caloquant/types.hpp>
#include <map>
#include <span>
#include <string>
#include <variant>

#pragma GCC visibility push(default)
namespace caloquant {

/// An f32 array in the caller's memory, dense and row-major; the first axis counts events.
struct ArrayView {
  std::span<const float> values;  ///< row after row
  Shape shape;                    ///< [N, ...]
};

/// Showers in the caller's memory, what a shower file holds. Nothing is copied but the labels: the
/// images must live as long as what they are given to.
struct ShowerArrays {
  std::span<const double> energies;  ///< [N], of the primary electrons [GeV], > 0
  std::span<const double> thetas;    ///< [N] [rad], in (0, pi); empty: pi / 2
  /// [N, X, Y, Z] [GeV], taken as they are; empty where the metric's reference is not `dataset`.
  std::span<const float> images;
};

/// Inputs (and targets) of any network in the caller's memory, by name of the network's tensor; of
/// the only one by the name "". They must live as long as what they are given to.
struct TensorArrays {
  std::map<std::string, ArrayView> inputs;   ///< by name; "" is the only one
  std::map<std::string, ArrayView> targets;  ///< for metrics with the reference `dataset`
};

/// Events that take the place of the data files of a config; none: the files.
using MemoryData = std::variant<std::monostate, ShowerArrays, TensorArrays>;

}  // namespace caloquant
#pragma GCC visibility pop
