#pragma once

#include <array>
#include <cstdint>
#include <span>

/// Counter-based random numbers: a draw is a pure function of (seed, event, component), so it does
/// not depend on the order of work, on block sizes or on the number of threads. Philox4x32-10 of
/// Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11. Own code:
/// generators of the standard library keep a state, and its distributions differ between libraries.
namespace caloquant::philox {

using Words = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

/// The bijection itself: 10 rounds.
[[nodiscard]] Words block(Words counter, Key key);

/// Uniform in the open interval (0, 1), 52 random bits.
[[nodiscard]] double uniform(std::uint64_t seed, std::uint64_t event, std::uint32_t component);

/// Standard normal by Box-Muller; components 2i and 2i+1 are the two halves of one pair.
[[nodiscard]] double normal(std::uint64_t seed, std::uint64_t event, std::uint32_t component);

/// dst[j] = normal(seed, event, j), at half the cost.
void fill_normal(std::uint64_t seed, std::uint64_t event, std::span<float> dst);

/// Draws in sequence for one event, where the number of draws is not known beforehand. Independent
/// of uniform() and normal() of the same (seed, event). At most 2^34 words.
class Stream {
 public:
  Stream(std::uint64_t seed, std::uint64_t event);

  std::uint32_t word() {
    if (next_ == buffer_.size()) {
      refill();
    }
    return buffer_[next_++];
  }
  /// Uniform in (0, 1), 32 random bits.
  double uniform() { return (static_cast<double>(word()) + 0.5) * 0x1p-32; }
  double normal();

 private:
  void refill();

  Key key_;
  Words counter_;
  std::array<std::uint32_t, 32> buffer_{};
  std::size_t next_ = buffer_.size();
};

}  // namespace caloquant::philox
