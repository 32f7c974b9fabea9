#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "quantizer/plan/make_plan.hpp"

namespace caloquant {

/// A number that a fit may change: a gain or a bias that channels of one layer share.
struct FitParameter {
  std::string layer;
  bool gain = false;                  ///< sums and bias times (1 + value); else value is added
  std::vector<std::size_t> channels;  ///< of the layer's dst
  double probe = 0.0;                 ///< a change that is small, yet seen through rounding
};

/// The gains and biases of the last convolutions of a plan. The phases of an up-sampling that was
/// collapsed into a convolution share theirs. A layer of bf16 weights has no gain.
class FitParameters {
 public:
  /// Of the plan's last `layers` convolutions, in the order of the network.
  FitParameters(const Graph& fp32, QuantPlan plan, std::size_t layers);

  [[nodiscard]] std::span<const FitParameter> all() const { return all_; }
  [[nodiscard]] std::span<const std::string> layers() const { return layers_; }

  /// Sets the probes: 1 % of a gain; of a bias 1 % of the channels' size [OC] by layer, and at
  /// least four of the steps that a bias is a multiple of.
  void set_probes(const std::map<std::string, std::vector<double>>& sizes);

  /// The plan with these values; what is 0 still makes biases whole. Gains are kept within 20 %.
  /// Biases of integer layers are whole multiples of src scale times weight scale, so that they are
  /// the same where sums are integers; what would not fit 32 bits stays as it was.
  [[nodiscard]] QuantPlan applied(std::span<const double> values) const;

 private:
  [[nodiscard]] LayerPlan applied_to(const std::string& layer, std::span<const double> gains,
                                     std::span<const double> offsets) const;
  void add_layer(const Graph& fp32, const Node& node);

  QuantPlan plan_;
  std::vector<std::string> layers_;
  std::vector<FitParameter> all_;
  std::map<std::string, std::vector<double>> biases_;  ///< before, by channel
};

}  // namespace caloquant
