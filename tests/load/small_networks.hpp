#pragma once

#include <caloquant/model.hpp>
#include <filesystem>

namespace caloquant::testing {

/// Does CALOQUANT_LOAD say "full"? Else the tests are shortened.
[[nodiscard]] bool full_load();

/// The Keras architecture of a generator of 6 x 6 x 4 cells: Dense, a convolution, an up-sampling,
/// a convolution; it takes 20 latents (energy times noise).
[[nodiscard]] std::filesystem::path small_generator_file();

/// That network with random weights, fp32 or with every layer in INT8.
[[nodiscard]] Model small_generator(bool quantized);

/// Resident memory of this process [KiB].
[[nodiscard]] long resident_kib();

}  // namespace caloquant::testing
