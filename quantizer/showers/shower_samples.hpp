#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "calibration/data/shower_source.hpp"
#include "metrics/physics/shower_sample.hpp"
#include "quantizer/evaluate/latent_source.hpp"

namespace caloquant {

/// One event three times: images [X, Y, Z] in GeV.
struct EventImages {
  EventLabel label;
  std::vector<float> reference;
  std::vector<float> fp32;
  std::vector<float> quantized;
};

/// The same primaries three times: showers of the data files, of the fp32 model and of the
/// quantized one; the last two with the same noise.
struct ShowerSamples {
  ShowerSample reference;
  ShowerSample fp32;
  ShowerSample quantized;
  EventImages event;  ///< the first one
};

/// Reads the simulated showers beside a comparison of the two models.
class SampleCollector {
 public:
  /// `source` must outlive it; `batch`: events of every add(), the last one perhaps fewer.
  SampleCollector(const LatentSource& source, std::int64_t batch);

  /// The next evaluation events of the fp32 and the quantized model, [n, X, Y, Z] in GeV. Throws
  /// DataError.
  void add(std::span<const float> fp32, std::span<const float> quantized);
  [[nodiscard]] ShowerSamples finish(const ShowerSample& fp32,
                                     const ShowerSample& quantized) const {
    return {reference_, fp32, quantized, event_};
  }

 private:
  /// Images and labels of the next `count` events into block_.
  void read(std::size_t count);

  const LatentSource& events_;
  std::optional<ShowerSource> files_;  ///< nothing for showers in memory
  ShowerBlock block_;
  ShowerSample reference_;
  EventImages event_;
};

}  // namespace caloquant
