#include "ops/core/philox.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace caloquant::philox {
namespace {

/// Second word of the counter: keeps the kinds of draws of one (seed, event) apart.
enum class Domain : std::uint32_t { uniform, normal, stream };

constexpr std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}
constexpr std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32U);
}

Words draw(std::uint64_t seed, std::uint64_t event, Domain domain, std::uint32_t index) {
  return block({index, static_cast<std::uint32_t>(domain), low(event), high(event)},
               {low(seed), high(seed)});
}

/// 52 of 64 bits, in the middle of its interval: never 0, never 1.
double to_unit(std::uint32_t first, std::uint32_t second) {
  const std::uint64_t bits = (static_cast<std::uint64_t>(first) << 32U) | second;
  return (static_cast<double>(bits >> 12U) + 0.5) * 0x1p-52;
}

struct Pair {
  double first;
  double second;
};

/// Box & Muller, Ann. Math. Stat. 29 (1958) 610.
Pair normal_pair(double u1, double u2) {
  const double radius = std::sqrt(-2.0 * std::log(u1));
  const double angle = 2.0 * std::numbers::pi * u2;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

Pair normal_pair(std::uint64_t seed, std::uint64_t event, std::uint32_t index) {
  const Words words = draw(seed, event, Domain::normal, index);
  return normal_pair(to_unit(words[0], words[1]), to_unit(words[2], words[3]));
}

}  // namespace

Words block(Words counter, Key key) {
  constexpr std::uint64_t multiplier0 = 0xD2511F53U;
  constexpr std::uint64_t multiplier1 = 0xCD9E8D57U;
  constexpr std::uint32_t weyl0 = 0x9E3779B9U;
  constexpr std::uint32_t weyl1 = 0xBB67AE85U;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = multiplier0 * counter[0];
    const std::uint64_t product1 = multiplier1 * counter[2];
    counter = {high(product1) ^ counter[1] ^ key[0], low(product1),
               high(product0) ^ counter[3] ^ key[1], low(product0)};
    key[0] += weyl0;
    key[1] += weyl1;
  }
  return counter;
}

double uniform(std::uint64_t seed, std::uint64_t event, std::uint32_t component) {
  const Words words = draw(seed, event, Domain::uniform, component);
  return to_unit(words[0], words[1]);
}

double normal(std::uint64_t seed, std::uint64_t event, std::uint32_t component) {
  const Pair pair = normal_pair(seed, event, component / 2);
  return component % 2 == 0 ? pair.first : pair.second;
}

void fill_normal(std::uint64_t seed, std::uint64_t event, std::span<float> dst) {
  for (std::size_t j = 0; j < dst.size(); j += 2) {
    const Pair pair = normal_pair(seed, event, static_cast<std::uint32_t>(j / 2));
    dst[j] = static_cast<float>(pair.first);
    if (j + 1 < dst.size()) {
      dst[j + 1] = static_cast<float>(pair.second);
    }
  }
}

Stream::Stream(std::uint64_t seed, std::uint64_t event)
    : key_{low(seed), high(seed)},
      counter_{0, static_cast<std::uint32_t>(Domain::stream), low(event), high(event)} {}

double Stream::normal() {
  const double u1 = uniform();
  const double u2 = uniform();
  return normal_pair(u1, u2).first;
}

void Stream::refill() {
  for (std::size_t i = 0; i < buffer_.size(); i += 4) {
    const Words words = block(counter_, key_);
    ++counter_[0];
    for (std::size_t j = 0; j < words.size(); ++j) {
      buffer_[i + j] = words[j];
    }
  }
  next_ = 0;
}

}  // namespace caloquant::philox
