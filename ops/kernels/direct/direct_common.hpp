#pragma once

// What the two variants of direct layers share.

#include <vector>

#include "ops/kernels/direct/direct_layer.hpp"

namespace caloquant {

/// The epilogue as a kernel takes it, with the memory behind its pointers. Constants are per
/// "slot": place[i] is the channel whose constants slot i has, or -1 for a slot without channel.
class FinishTable {
 public:
  FinishTable(const DirectProblem& problem, const std::vector<std::int64_t>& place);
  [[nodiscard]] const direct::Finish& finish() const { return finish_; }
  /// Sums before the first tap: what integer zero points contribute; null for f32 and s16x2.
  [[nodiscard]] const std::int32_t* start() const {
    return start_.empty() ? nullptr : start_.data();
  }

 private:
  void set_epilogue(const DirectProblem& problem, const std::vector<std::int64_t>& place);
  void set_start(const DirectProblem& problem, const std::vector<std::int64_t>& place);

  direct::Finish finish_;
  std::vector<float> scale_;
  std::vector<float> bias_;
  std::vector<float> mul_;
  std::vector<float> add_;
  std::vector<std::int32_t> start_;
};

/// The weights of a convolution by position, as lanes.
class WeightLanes {
 public:
  explicit WeightLanes(const DirectProblem& problem);
  /// Kernel extents, missing leading axes 1.
  [[nodiscard]] const Triple& kernel() const { return kernel_; }
  [[nodiscard]] std::int64_t groups() const { return groups_; }
  [[nodiscard]] std::int64_t channels() const { return outputs_; }
  /// Weights of one output channel on one src lane; 0 for a channel of -1.
  [[nodiscard]] std::uint32_t lane(std::int64_t channel, std::int64_t group,
                                   const Triple& at) const;
  /// Of a joined src: lanes of the string that a row of the kernel reads, and weights on them. The
  /// row is that of `at`.
  [[nodiscard]] std::int64_t string_lanes() const;
  [[nodiscard]] std::uint32_t string_lane(std::int64_t channel, std::int64_t index,
                                          const Triple& at) const;

 private:
  [[nodiscard]] std::size_t index_of(std::int64_t channel, std::int64_t input,
                                     const Triple& at) const;
  /// The bits of a weight at place i of an integer lane.
  [[nodiscard]] std::uint32_t integer_bits(std::size_t index, std::int64_t i) const;

  const Tensor& weights_;
  direct::Lane lane_;
  Triple kernel_;
  std::int64_t inputs_;
  std::int64_t outputs_;
  std::int64_t groups_;
};

/// Where lane `j` of a joined cell comes from in the same tensor that is not joined.
[[nodiscard]] direct::JoinedLane joined_lane(const PackedTensor& src, std::int64_t j);

[[nodiscard]] std::unique_ptr<DirectLayer> make_rows_layer(const DirectProblem& problem,
                                                           DirectVariant variant, Isa isa);
[[nodiscard]] std::unique_ptr<DirectLayer> make_channels_layer(const DirectProblem& problem,
                                                               Isa isa);

}  // namespace caloquant
