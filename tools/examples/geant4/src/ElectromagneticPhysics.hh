#pragma once

#include <G4VPhysicsConstructor.hh>

/// Electromagnetic processes of e-, e+ and gamma whose models compute their cross sections from
/// formulas, so that none of Geant4's data sets is read. The README says what they approximate.
class ElectromagneticPhysics : public G4VPhysicsConstructor {
 public:
  ElectromagneticPhysics();
  void ConstructParticle() override;
  void ConstructProcess() override;
};
