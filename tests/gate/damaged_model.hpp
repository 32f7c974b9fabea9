#pragma once

#include <filesystem>
#include <string>

namespace caloquant::testing {

/// Copies a quantized.h5 with the src scale of one layer multiplied by `factor`: a model that was
/// damaged on purpose. Everything else is the same; the sample outputs are made anew, so that the
/// file is as sound as one that caloquant wrote. Throws ModelError for a layer that is not there or
/// has no integer src.
void write_damaged_model(const std::filesystem::path& model, const std::string& layer, float factor,
                         const std::filesystem::path& damaged);

}  // namespace caloquant::testing
