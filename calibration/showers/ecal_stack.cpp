#include "calibration/showers/ecal_stack.hpp"

#include <cmath>

namespace caloquant::showers {
namespace {

struct Material {
  double density;           ///< [g/cm3]
  double radiation_length;  ///< [g/cm2]
  double z;
  double a;
  double dedx;  ///< of a minimum ionising particle [MeV cm2/g]

  /// Critical energy [MeV], Grindhammer & Peters hep-ex/0001020; X0 in g/cm2.
  [[nodiscard]] double critical_energy() const {
    return 2.66 * std::pow(radiation_length * z / a, 1.1);
  }
};

// From the material tables of the CLIC detector description.
constexpr Material tungsten{17.8, 7.0, 71.0, 175.5, 1.165};  // TungstenDens24
constexpr Material ground{5.19, 14.2, 26.0, 57.0, 1.44};     // GroundOrHVMix
constexpr Material silicon{2.33, 21.82, 14.0, 28.09, 1.664};
constexpr Material board{5.051, 14.23, 26.5, 57.5, 1.45};  // siPCBMix

constexpr double thin_tungsten = 2.4;   // [mm]
constexpr double thick_tungsten = 4.8;  // [mm]
constexpr std::size_t thin_layers = 17;
constexpr double air_gap = 0.25;  // behind the tungsten and behind the board [mm]
constexpr double ground_thickness = 0.1;
constexpr double silicon_thickness = 0.5;
constexpr double silicon_gap = 0.1;
constexpr double board_thickness = 0.8;
constexpr double scale_energy = 21.2;  // E_s [MeV]
/// c of sigma/E = c/sqrt(E [GeV]) of the thin layers; sqrt 2 larger for twice the absorber.
constexpr double stochastic_term = 0.17;

/// A material and how much of it a layer holds [mm]. Air is neglected.
struct Slab {
  const Material& material;
  double thickness;

  [[nodiscard]] double mass() const { return material.density * thickness * 0.1; }  // [g/cm2]
};
using Slabs = std::array<Slab, 4>;

Slabs slabs_of(double tungsten_thickness) {
  return {{{tungsten, tungsten_thickness},
           {ground, ground_thickness},
           {silicon, silicon_thickness},
           {board, board_thickness}}};
}

double period_of(double tungsten_thickness) {
  return tungsten_thickness + air_gap + ground_thickness + silicon_thickness + silicon_gap +
         board_thickness + air_gap;
}

double radiation_lengths(const Slabs& slabs) {
  double sum = 0.0;
  for (const Slab& slab : slabs) {
    sum += slab.mass() / slab.material.radiation_length;
  }
  return sum;
}

double visible_share(const Slabs& slabs) {
  double sum = 0.0;
  for (const Slab& slab : slabs) {
    sum += slab.mass() * slab.material.dedx;
  }
  return silicon.dedx * silicon.density * silicon_thickness * 0.1 / sum;
}

void fill_layers(EcalStack& stack) {
  double depth = 0.0;     // [X0]
  double position = 0.0;  // [mm]
  for (std::size_t i = 0; i < stack.layers.size(); ++i) {
    const double absorber = i < thin_layers ? thin_tungsten : thick_tungsten;
    const Slabs slabs = slabs_of(absorber);
    EcalLayer& layer = stack.layers[i];
    layer.begin = depth;
    depth += radiation_lengths(slabs);
    layer.end = depth;
    layer.silicon = position + absorber + air_gap + ground_thickness + 0.5 * silicon_thickness;
    layer.visible_share = visible_share(slabs);
    layer.variance_per_gev = stochastic_term * stochastic_term * absorber / thin_tungsten;
    position += period_of(absorber);
  }
}

}  // namespace

EcalStack EcalStack::clic_o2() {
  const Slabs slabs = slabs_of(thin_tungsten);
  double mass = 0.0;
  for (const Slab& slab : slabs) {
    mass += slab.mass();
  }
  EcalStack stack{};
  double inverse_moliere = 0.0;  // 1 / R_M = sum w_i E_ci / X0_i / E_s [cm2/g]
  for (const Slab& slab : slabs) {
    const double weight = slab.mass() / mass;
    stack.atomic_number += weight * slab.material.z;
    inverse_moliere +=
        weight * slab.material.critical_energy() / slab.material.radiation_length / scale_energy;
  }
  const double period = period_of(thin_tungsten);
  stack.radiation_length = period / radiation_lengths(slabs);
  stack.moliere_radius = period / (mass * inverse_moliere);
  stack.critical_energy = scale_energy * stack.radiation_length / stack.moliere_radius;
  stack.sampling_frequency = stack.radiation_length / period;
  stack.e_over_mip = 1.0 / (1.0 + 0.007 * (tungsten.z - silicon.z));
  fill_layers(stack);
  return stack;
}

}  // namespace caloquant::showers
