#pragma once

#include <G4VFastSimSensitiveDetector.hh>
#include <G4VSensitiveDetector.hh>
#include <caloquant/shower_detector.hpp>

/// The silicon of the electromagnetic calorimeter, read out in cells. Steps of full simulation and
/// hits of fast simulation end up in the same array; nothing is allocated in an event.
class CalorimeterReadout : public G4VSensitiveDetector, public G4VFastSimSensitiveDetector {
 public:
  CalorimeterReadout(const G4String& name, const caloquant::CellGrid& grid);

  void Initialize(G4HCofThisEvent*) override;
  G4bool ProcessHits(G4Step* step, G4TouchableHistory*) override;
  /// Of fast models that use G4FastSimHitMaker.
  G4bool ProcessHits(const G4FastHit* hit, const G4FastTrack*, G4TouchableHistory*) override;

  /// A hit of the network: x, y from the middle of the face and z from the face [mm]; `energy` in
  /// Geant4's units.
  void Deposit(const caloquant::Vector3& position, G4double energy);
  const caloquant::CellEnergies& Energies() const { return energies_; }
  /// Energy beside the cells.
  G4double Lost() const { return lost_; }

 private:
  void Add(G4double x, G4double y, std::size_t layer, G4double energy);

  caloquant::CellEnergies energies_;
  G4double lost_ = 0.0;
};
