#include "quantizer/start/shower_layout.hpp"

#include "calibration/tensors/tensor_file.hpp"

namespace caloquant {

std::optional<DataLayout> shower_layout_of(const std::filesystem::path& path,
                                           InputEncoding encoding, bool follow_links) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure) || path.extension() == ".npy") {
    return std::nullopt;
  }
  const auto file = open_tensor_file(path, follow_links);
  // Of showers without energies the reader of showers says what can be done.
  const bool fixed = file->has("target");
  const bool variable = (file->has("energy") || (file->has("ECAL") && !fixed)) &&
                        (file->has("theta") || file->has("mtheta"));
  if (variable && fixed) {  // what `generate` writes
    return encoding == InputEncoding::energy_angle_noise ? DataLayout::variable_angle
                                                         : DataLayout::fixed_angle;
  }
  return variable ? std::optional(DataLayout::variable_angle)
         : fixed  ? std::optional(DataLayout::fixed_angle)
                  : std::nullopt;
}

}  // namespace caloquant
