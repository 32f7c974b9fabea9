#include "CalorimeterReadout.hh"

#include <G4NavigationHistory.hh>
#include <G4Step.hh>
#include <G4SystemOfUnits.hh>
#include <G4TouchableHistory.hh>

namespace {
constexpr G4int layer_depth = 1;  // in the touchable: silicon, layer, calorimeter
}

CalorimeterReadout::CalorimeterReadout(const G4String& name, const caloquant::CellGrid& grid)
    : G4VSensitiveDetector(name), energies_(grid) {}

void CalorimeterReadout::Initialize(G4HCofThisEvent*) {
  energies_.clear();
  lost_ = 0.0;
}

void CalorimeterReadout::Add(G4double x, G4double y, std::size_t layer, G4double energy) {
  if (const auto cell = energies_.grid().find(x / mm, y / mm, layer)) {
    energies_.add(*cell, energy / GeV);
  } else {
    lost_ += energy;
  }
}

G4bool CalorimeterReadout::ProcessHits(G4Step* step, G4TouchableHistory*) {
  const G4double energy = step->GetTotalEnergyDeposit();
  if (energy <= 0.0) {
    return false;
  }
  const G4StepPoint* before = step->GetPreStepPoint();
  const G4VTouchable* touchable = before->GetTouchable();
  const G4ThreeVector middle =
      0.5 * (before->GetPosition() + step->GetPostStepPoint()->GetPosition());
  const G4ThreeVector local = touchable->GetHistory()->GetTopTransform().TransformPoint(middle);
  Add(local.x(), local.y(), static_cast<std::size_t>(touchable->GetCopyNumber(layer_depth)),
      energy);
  return true;
}

G4bool CalorimeterReadout::ProcessHits(const G4FastHit* hit, const G4FastTrack*,
                                       G4TouchableHistory* touchable) {
  const G4ThreeVector local =
      touchable->GetHistory()->GetTopTransform().TransformPoint(hit->GetPosition());
  Add(local.x(), local.y(), static_cast<std::size_t>(touchable->GetCopyNumber(layer_depth)),
      hit->GetEnergy());
  return true;
}

void CalorimeterReadout::Deposit(const caloquant::Vector3& position, G4double energy) {
  Add(position[0] * mm, position[1] * mm, energies_.grid().layer_at(position[2]), energy);
}
