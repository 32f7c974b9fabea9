#include <caloquant/error.hpp>
#include <cmath>
#include <numbers>

#include "graph/io/keras/weights.hpp"

namespace caloquant {
namespace {

/// splitmix64 (Steele, Lea, Flood 2014); the standard's distributions differ between libraries.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  /// In (0, 1).
  double open_unit() { return (static_cast<double>(next() >> 12U) + 0.5) * 0x1p-52; }
  double uniform(double low, double high) { return low + (high - low) * open_unit(); }
  /// Box-Muller, one value of the pair.
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(open_unit()));
    return radius * std::cos(2.0 * std::numbers::pi * open_unit());
  }

 private:
  std::uint64_t state_;
};

/// FNV-1a of the name, mixed with the seed: a tensor does not depend on the layers around it.
std::uint64_t seed_of(std::uint64_t seed, const std::string& name) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  return Generator(seed ^ hash).next();
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
    Generator generator(seed_of(seed_, layer + "/" + kind));
    const double fan_in = count / static_cast<double>(shape.back());
    for (float& value : tensor.data<float>()) {
      value = static_cast<float>(draw(generator, kind, fan_in));
    }
    return tensor;
  }

 private:
  static double draw(Generator& generator, const std::string& kind, double fan_in) {
    if (kind == "kernel") {
      return std::sqrt(2.0 / fan_in) * generator.normal();
    }
    if (kind == "gamma" || kind == "moving_variance") {
      return generator.uniform(0.5, 1.5);
    }
    return kind == "moving_mean" ? generator.uniform(-0.2, 0.2) : generator.uniform(-0.05, 0.05);
  }

  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<KerasWeights> random_keras_weights(std::uint64_t seed) {
  return std::make_unique<RandomWeights>(seed);
}

}  // namespace caloquant
