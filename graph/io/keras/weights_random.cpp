#include <caloquant/error.hpp>
#include <cmath>

#include "graph/io/keras/weights.hpp"
#include "ops/core/philox.hpp"

namespace caloquant {
namespace {

/// FNV-1a: the number of the tensor's draws, which does not depend on the layers around it.
std::uint64_t draws_of(const std::string& name) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  return hash;
}

struct Interval {
  double low;
  double high;
};

Interval interval_of(const std::string& kind) {
  if (kind == "gamma" || kind == "moving_variance") {
    return {0.5, 1.5};
  }
  return kind == "moving_mean" ? Interval{-0.2, 0.2} : Interval{-0.05, 0.05};
}

class RandomWeights final : public KerasWeights {
 public:
  explicit RandomWeights(std::uint64_t seed) : seed_(seed) {}

  Tensor take(const std::string& layer, const std::string& kind, const Shape& shape) override {
    constexpr double most = 0x1p28;
    double count = 1.0;
    for (const std::int64_t extent : shape) {
      count *= static_cast<double>(extent);
    }
    if (count > most) {
      throw ModelError("layer '" + layer + "'",
                       "needs random weights " + to_string(shape) + ", more than can be wanted");
    }
    Tensor tensor(DType::f32, shape);
    fill(tensor.data<float>(), kind, count / static_cast<double>(shape.back()),
         draws_of(layer + "/" + kind));
    return tensor;
  }

 private:
  void fill(std::span<float> values, const std::string& kind, double fan_in,
            std::uint64_t number) const {
    if (kind == "kernel") {
      const double deviation = std::sqrt(2.0 / fan_in);
      philox::fill_normal(seed_, number, values);
      for (float& value : values) {
        value = static_cast<float>(deviation * static_cast<double>(value));
      }
      return;
    }
    const auto [low, high] = interval_of(kind);
    philox::Stream random(seed_, number);
    for (float& value : values) {
      value = static_cast<float>(low + (high - low) * random.uniform());
    }
  }

  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<KerasWeights> random_keras_weights(std::uint64_t seed) {
  return std::make_unique<RandomWeights>(seed);
}

}  // namespace caloquant
