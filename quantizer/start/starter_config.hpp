#pragma once

#include <caloquant/config.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace caloquant {

/// What a first config is made from.
struct StarterRequest {
  ModelConfig model;              ///< where the model is; paths from the working directory
  std::vector<std::string> data;  ///< files or patterns; empty: the config names some to be made
  bool follow_links = false;      ///< of the data, as data.follow_links of a config
  /// Of showers, as in data of a config.
  MissingEnergies missing_energies = MissingEnergies::refuse;
  std::vector<double> sampling_fraction;
  std::filesystem::path output;  ///< the config to be: paths in it are relative to its folder
};

/// A config to start from.
struct StarterConfig {
  std::string text;                ///< JSON with comments
  std::string encoding;            ///< of the inputs: "energy_angle_noise", "tensor", ...
  std::vector<std::string> notes;  ///< what was seen, for people
};

/// Looks at the model and at the data and writes what fits them: showers for a network that makes
/// one image [X, Y, Z] of a latent vector, else rows of arrays, matched to the network's inputs and
/// outputs by their names and shapes. Without data the files are placeholders; with data the config
/// has been read back and its events have been opened. Throws ModelError and DataError.
[[nodiscard]] StarterConfig starter_config(const StarterRequest& request);

}  // namespace caloquant
