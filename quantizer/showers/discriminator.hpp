#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/exec/batch_tensors.hpp"
#include "graph/exec/executor.hpp"
#include "graph/ir/graph.hpp"
#include "metrics/core/energy_units.hpp"
#include "metrics/physics/shower_sample.hpp"

namespace caloquant {

/// Shows showers to a discriminator network (canonical graph) and notes what it says of them.
class Discriminator {
 public:
  /// The graph must outlive it. `image`: [X, Y, Z]; `units`: of the cells it takes. Throws
  /// ModelError unless it takes one image of that size and gives up to 16 numbers per event and
  /// output.
  Discriminator(const Graph& graph, const Shape& image, EnergyUnits units, std::int64_t batch);

  /// Images [count <= batch, X, Y, Z] in GeV: adds a quantity per output to the sample.
  void score(std::span<const float> images, ShowerSample& sample);

 private:
  struct Output {
    std::string name;
    std::size_t numbers = 1;  ///< per event
  };

  CellConversion conversion_;
  std::size_t batch_;
  std::vector<Output> outputs_;
  BatchTensors src_;
  BatchTensors dst_;
  std::unique_ptr<Executable> executable_;
};

}  // namespace caloquant
