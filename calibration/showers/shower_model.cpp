#include "calibration/showers/shower_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "calibration/showers/longitudinal.hpp"
#include "calibration/showers/radial.hpp"
#include "calibration/showers/random.hpp"
#include "ops/core/check.hpp"
#include "ops/core/philox.hpp"

namespace caloquant::showers {
namespace {

struct Direction {
  double sin;
  double cot;
};

/// The spots' own longitudinal profile and their mean number (hep-ex/0001020, A.3).
struct SpotProfile {
  LongitudinalProfile profile;
  double count = 0.0;
};

SpotProfile spot_profile(const EcalStack& stack, const LongitudinalProfile& shower, double energy) {
  const double z = stack.atomic_number;
  const double c = std::sqrt(stack.layers.front().variance_per_gev);
  return {.profile = {.alpha = std::max(1.1, shower.alpha * (0.844 + 0.0026 * z)),
                      .maximum = shower.maximum * (0.813 + 0.0019 * z)},
          .count = 10.3 / c * std::pow(energy, 0.959)};
}

/// `count` spots that share `visible` GeV. Two exact shortcuts, (a, b) flat in the unit disc with
/// s = a^2 + b^2, so that s is a uniform number and (a, b) / sqrt(s) an independent direction:
///  - r = R sqrt(s / (1 - s)) follows the radial profile, hence (x, y) = R (a, b) / sqrt(1 - s);
///  - a Gamma(3/2) number is an exponential one plus half the square of a normal one z, and
///    z^2 / 2 = -ln(s) a^2 / s (Box-Muller, Marsaglia's polar form).
/// Factors Gamma(3/2, 2/3) make the spots' energies fluctuate as those of single particles.
void add_spots(philox::Stream& random, const RadialProfile& radial, const EcalLayer& layer,
               const Direction& axis, double moliere_radius, std::int64_t count, double visible,
               std::vector<Spot>& spots) {
  const double share = visible / static_cast<double>(count) / 1.5;
  const double offset = layer.silicon * axis.cot;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool in_core = random.uniform() < radial.core_weight;
    const DiscPoint place = draw_in_disc(random);
    const double radius =
        (in_core ? radial.core : radial.tail) * moliere_radius / std::sqrt(1.0 - place.square);
    const DiscPoint polar = draw_in_disc(random);
    const double factor =
        -std::log(random.uniform()) - std::log(polar.square) * polar.a * polar.a / polar.square;
    spots.push_back({.x = static_cast<float>(radius * place.a),
                     .y = static_cast<float>(offset + radius * place.b / axis.sin),
                     .energy = static_cast<float>(share * factor)});
  }
}

/// Parameters at `energy` [GeV], corrected.
LongitudinalParameters corrected(LongitudinalParameters parameters,
                                 const ShowerConstants& constants, double energy) {
  parameters.mean_ln_maximum += std::log(constants.maximum.at(energy));
  parameters.mean_ln_alpha += std::log(constants.alpha.at(energy));
  return parameters;
}

void draw_spots(const EcalStack& stack, const ShowerConstants& constants, double energy,
                const Direction& axis, philox::Stream& random, SpotList& list) {
  const LongitudinalParameters parameters =
      corrected(longitudinal_parameters(stack, energy), constants, energy);
  const LongitudinalProfile shower = draw_profile(parameters, random);
  const SpotProfile spot = spot_profile(stack, shower, energy);
  // tau = t / <t> of this shower over that of the mean shower, 1 at the mean shower's maximum.
  const double mean_alpha = std::exp(parameters.mean_ln_alpha);
  const double tau_per_depth =
      (shower.alpha - 1.0) / shower.alpha * mean_alpha / (mean_alpha - 1.0) / shower.maximum;

  const double response = constants.response.at(energy);
  const double tail = constants.tail.at(energy);
  list.spots.clear();
  double energy_before = 0.0;
  double spots_before = 0.0;
  for (std::size_t k = 0; k < stack.layers.size(); ++k) {
    const EcalLayer& layer = stack.layers[k];
    const double begin = layer.begin / axis.sin;
    const double end = layer.end / axis.sin;
    const double energy_until = shower.share_before(end);
    const double spots_until = spot.profile.share_before(end);
    const double deposit = energy * (energy_until - energy_before);
    const double fluctuating =
        draw_gamma(random, deposit / layer.variance_per_gev, layer.variance_per_gev);
    const double visible = fluctuating * layer.visible_share * stack.e_over_mip * response;
    const std::int64_t drawn = draw_poisson(random, spot.count * (spots_until - spots_before));
    if (visible > 0.0) {  // at least one spot carries it
      RadialProfile radial = radial_profile(stack, energy, 0.5 * (begin + end) * tau_per_depth);
      radial.tail = std::max(radial.core, tail * radial.tail);
      add_spots(random, radial, layer, axis, stack.moliere_radius, std::max<std::int64_t>(drawn, 1),
                visible, list.spots);
    }
    list.ends[k] = list.spots.size();
    energy_before = energy_until;
    spots_before = spots_until;
  }
}

/// Whole cells by which the window follows the shower along the beam.
double barycentre_shift(const std::vector<Spot>& spots) {
  double weighted = 0.0;
  double sum = 0.0;
  for (const Spot& spot : spots) {
    weighted += static_cast<double>(spot.energy) * static_cast<double>(spot.y);
    sum += static_cast<double>(spot.energy);
  }
  return sum > 0.0 ? std::round(weighted / sum / EcalStack::pitch) : 0.0;
}

/// Adds the spots to cells; `origin` is where the axis meets the window [cells].
void fill_cells(const SpotList& list, double origin_x, double origin_y, std::int64_t cells,
                std::span<float> image) {
  const auto limit = static_cast<double>(cells);
  std::size_t begin = 0;
  for (std::size_t k = 0; k < list.ends.size(); ++k) {
    for (std::size_t i = begin; i < list.ends[k]; ++i) {
      const Spot& spot = list.spots[i];
      const double x = static_cast<double>(spot.x) * (1.0 / EcalStack::pitch) + origin_x;
      const double y = static_cast<double>(spot.y) * (1.0 / EcalStack::pitch) + origin_y;
      if (x >= 0.0 && x < limit && y >= 0.0 && y < limit) {
        const auto row = static_cast<std::size_t>(static_cast<std::int64_t>(x) * cells +
                                                  static_cast<std::int64_t>(y));
        image[row * EcalStack::layer_count + k] += spot.energy;
      }
    }
    begin = list.ends[k];
  }
}

}  // namespace

void ShowerModel::generate(std::uint64_t seed, std::uint64_t event, double energy, double theta,
                           SpotList& scratch, std::span<float> image) const {
  CALOQUANT_EXPECT(static_cast<std::int64_t>(image.size()) ==
                   cells_ * cells_ * static_cast<std::int64_t>(EcalStack::layer_count));
  philox::Stream random(seed, event);
  const Direction axis{.sin = std::sin(theta), .cot = std::cos(theta) / std::sin(theta)};
  const double centre = 0.5 * static_cast<double>(cells_) - 0.5;
  const double impact_x = random.uniform();
  const double impact_y = random.uniform();
  draw_spots(stack_, constants_, energy, axis, random, scratch);
  std::ranges::fill(image, 0.0F);
  fill_cells(scratch, centre + impact_x, centre + impact_y - barycentre_shift(scratch.spots),
             cells_, image);
}

}  // namespace caloquant::showers
