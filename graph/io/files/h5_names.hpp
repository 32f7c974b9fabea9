#pragma once

#include <string>

namespace caloquant {

/// Path of a dataset at the root for a tensor that may be called anything: its name, with "/" and
/// what else cannot stand in the name of an HDF5 link escaped as in a URL ("out/1" is dataset
/// "out%2F1", "." is "%2E", a name without characters "%"). Different names have different paths.
[[nodiscard]] std::string dataset_path(const std::string& name);

}  // namespace caloquant
