#pragma once

#include "graph/json/json.hpp"

namespace caloquant::testing {

/// The smallest config that is complete.
inline Json minimal_config() {
  return Json::parse(R"({
    "model": {"architecture": "a.json", "weights": "w.hdf5"},
    "data": {"files": "s_*.h5", "layout": "fixed_angle", "evaluation_samples": 150},
    "input": {"encoding": "energy_times_noise"},
    "metric": {"name": "shower_shape"},
    "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1e-4}
  })");
}

}  // namespace caloquant::testing
