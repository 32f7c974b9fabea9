#pragma once

#include <G4Step.hh>
#include <G4VSensitiveDetector.hh>

/// Adds up the energy in the active layers behind the electromagnetic calorimeter.
class EnergySum : public G4VSensitiveDetector {
 public:
  explicit EnergySum(const G4String& name) : G4VSensitiveDetector(name) {}

  void Initialize(G4HCofThisEvent*) override { energy_ = 0.0; }
  G4bool ProcessHits(G4Step* step, G4TouchableHistory*) override {
    energy_ += step->GetTotalEnergyDeposit();
    return true;
  }
  G4double Energy() const { return energy_; }

 private:
  G4double energy_ = 0.0;
};
