#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "graph/io/files/h5file.hpp"
#include "graph/io/keras/model.hpp"

namespace caloquant {

/// One weight that a layer must have, in Keras's order.
struct KerasWeightName {
  std::string layer;  ///< KerasLayer::path
  std::string leaf;   ///< KerasLayer::name
  std::string kind;   ///< "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"
};

/// Weights of a layer and all layers inside, ordered as Keras saves them: what is trained first,
/// then what is not.
[[nodiscard]] std::vector<KerasWeightName> keras_weight_names(const KerasLayer& layer);

/// Where the weights of a model come from.
class KerasWeights {
 public:
  virtual ~KerasWeights() = default;
  KerasWeights(const KerasWeights&) = delete;
  KerasWeights& operator=(const KerasWeights&) = delete;

  /// f32 in Keras's axis order. Throws ModelError when the weight is missing, has another shape or
  /// is not finite.
  [[nodiscard]] virtual Tensor take(const std::string& layer, const std::string& kind,
                                    const Shape& shape) = 0;

 protected:
  KerasWeights() = default;
};

/// A `save_weights` or full model file. Every dataset is assigned to a weight at once: by layer
/// name where the file has the same names, else by order, as Keras itself loads. Throws ModelError
/// for missing and extra weights.
[[nodiscard]] std::unique_ptr<KerasWeights> keras_weights_from(H5File file,
                                                               const KerasModel& model);

/// The same of model.weights.h5 in a .keras archive.
[[nodiscard]] std::unique_ptr<KerasWeights> keras_weights_from_archive(H5File file,
                                                                       const KerasModel& model);

/// A dataset as a weight: throws ModelError when its shape is another or a number is not finite.
[[nodiscard]] Tensor checked_weight(const H5File& file, const std::string& dataset,
                                    const std::string& layer, const std::string& kind,
                                    const Shape& shape);

/// See KerasSource::random_seed.
[[nodiscard]] std::unique_ptr<KerasWeights> random_keras_weights(std::uint64_t seed);

}  // namespace caloquant
