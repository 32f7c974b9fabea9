#include "PrimaryGenerator.hh"

#include <G4Event.hh>
#include <G4ParticleTable.hh>
#include <G4SystemOfUnits.hh>
#include <Randomize.hh>
#include <caloquant/error.hpp>
#include <cmath>

namespace {

/// The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

void SeedEvent(std::int64_t seed, std::int64_t event) {
  const std::uint64_t mixed =
      Mix(Mix(static_cast<std::uint64_t>(seed)) ^ static_cast<std::uint64_t>(event));
  const long seeds[] = {static_cast<long>(mixed & 0x7fffffffU),
                        static_cast<long>((mixed >> 32U) & 0x7fffffffU), 0};
  G4Random::setTheSeeds(seeds);
  G4RandGauss::setFlag(false);  // half of a pair of the last event may be left
}

G4double Flat(G4double low, G4double high) {
  return low + (high - low) * G4UniformRand();
}

}  // namespace

PrimaryGenerator::PrimaryGenerator(const Detector& detector, const Settings& settings)
    : detector_(detector), settings_(settings), gun_(1) {}

void PrimaryGenerator::GeneratePrimaries(G4Event* event) {
  const GunSettings& gun = settings_.gun;
  number_ = gun.first_event + event->GetEventID();
  SeedEvent(gun.seed, number_);
  G4ParticleDefinition* particle = G4ParticleTable::GetParticleTable()->FindParticle(gun.particle);
  if (particle == nullptr) {
    throw caloquant::UsageError("/caloquant/gun/particle", "there is no '" + gun.particle + "'",
                                "e-, e+ and gamma are there with every physics list");
  }
  gun_.SetParticleDefinition(particle);
  pdg_ = particle->GetPDGEncoding();
  energy_ = 0.0;
  for (G4int i = 0; i < gun.number; ++i) {
    Shoot(event, i);
  }
}

void PrimaryGenerator::Shoot(G4Event* event, G4int particle) {
  const GunSettings& gun = settings_.gun;
  const auto turn = static_cast<std::size_t>(number_ * gun.number + particle);
  G4double energy = Flat(gun.lowest_energy, gun.highest_energy);
  G4double angle = Flat(gun.lowest_angle, gun.highest_angle);
  if (!gun.energies.empty()) {
    energy = gun.energies[turn % gun.energies.size()];
  }
  if (!gun.angles.empty()) {
    const std::size_t each = std::max<std::size_t>(1, gun.energies.size());
    angle = gun.angles[turn / each % gun.angles.size()];
  }
  const G4double half = 0.5 * detector_.Grid().geometry().pitch * mm;
  const G4ThreeVector entry(Flat(-half, half), Flat(-half, half), detector_.Face());
  const G4ThreeVector direction(0.0, std::cos(angle), std::sin(angle));
  gun_.SetParticleEnergy(energy);
  gun_.SetParticleMomentumDirection(direction);
  gun_.SetParticlePosition(entry - detector_.Face() / direction.z() * direction);
  gun_.GeneratePrimaryVertex(event);
  energy_ += energy;
  if (particle == 0) {
    angle_ = angle;
    entry_x_ = entry.x();
  }
}
