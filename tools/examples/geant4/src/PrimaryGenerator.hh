#pragma once

#include <G4ParticleGun.hh>
#include <G4VUserPrimaryGeneratorAction.hh>

#include "Detector.hh"
#include "Settings.hh"

/// Shoots particles from the interaction point's plane so that they enter the face in the cell in
/// its middle, flat within it. Event number and seed settle energy, angle, entry and all random
/// numbers of the event, whichever thread simulates it and whichever mode: full and fast
/// simulation see the same particles.
class PrimaryGenerator : public G4VUserPrimaryGeneratorAction {
 public:
  PrimaryGenerator(const Detector& detector, const Settings& settings);

  void GeneratePrimaries(G4Event* event) override;

  /// Of the latest event.
  std::int64_t Number() const { return number_; }
  G4double Energy() const { return energy_; }  ///< of all its particles
  G4double Angle() const { return angle_; }    ///< of its first particle
  G4double EntryX() const { return entry_x_; }
  G4int Pdg() const { return pdg_; }

 private:
  void Shoot(G4Event* event, G4int particle);

  const Detector& detector_;
  const Settings& settings_;
  G4ParticleGun gun_;
  std::int64_t number_ = 0;
  G4double energy_ = 0.0;
  G4double angle_ = 0.0;
  G4double entry_x_ = 0.0;
  G4int pdg_ = 11;
};
