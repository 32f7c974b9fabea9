#include "ElectromagneticPhysics.hh"

#include <G4BetheHeitlerModel.hh>
#include <G4ComptonScattering.hh>
#include <G4Electron.hh>
#include <G4EmParameters.hh>
#include <G4Gamma.hh>
#include <G4GammaConversion.hh>
#include <G4KleinNishinaCompton.hh>
#include <G4MollerBhabhaModel.hh>
#include <G4PEEffectFluoModel.hh>
#include <G4PhotoElectricEffect.hh>
#include <G4PhysicsListHelper.hh>
#include <G4Positron.hh>
#include <G4SystemOfUnits.hh>
#include <G4UrbanMscModel.hh>
#include <G4eBremsstrahlung.hh>
#include <G4eBremsstrahlungRelModel.hh>
#include <G4eIonisation.hh>
#include <G4eMultipleScattering.hh>
#include <G4eplusAnnihilation.hh>

namespace {

constexpr G4double highest = 100.0 * TeV;

void AddGamma(G4PhysicsListHelper& list) {
  auto* photoelectric = new G4PhotoElectricEffect;
  photoelectric->SetEmModel(new G4PEEffectFluoModel);
  auto* compton = new G4ComptonScattering;
  compton->SetEmModel(new G4KleinNishinaCompton);
  auto* conversion = new G4GammaConversion;
  conversion->SetEmModel(new G4BetheHeitlerModel);  // at all energies: the process takes one model
  for (G4VProcess* process :
       {static_cast<G4VProcess*>(photoelectric), static_cast<G4VProcess*>(compton),
        static_cast<G4VProcess*>(conversion)}) {
    list.RegisterProcess(process, G4Gamma::Definition());
  }
}

void AddLepton(G4PhysicsListHelper& list, G4ParticleDefinition* lepton) {
  auto* scattering = new G4eMultipleScattering;
  auto* urban = new G4UrbanMscModel;
  urban->SetHighEnergyLimit(highest);
  scattering->SetEmModel(urban);
  auto* ionisation = new G4eIonisation;
  ionisation->SetEmModel(new G4MollerBhabhaModel);
  auto* brems = new G4eBremsstrahlung;
  brems->SetEmModel(new G4eBremsstrahlungRelModel);  // the process adds another above 1 GeV
  list.RegisterProcess(scattering, lepton);
  list.RegisterProcess(ionisation, lepton);
  list.RegisterProcess(brems, lepton);
}

}  // namespace

ElectromagneticPhysics::ElectromagneticPhysics()
    : G4VPhysicsConstructor("caloquantElectromagnetic") {
  G4EmParameters::Instance()->SetDefaults();
  G4EmParameters::Instance()->SetVerbose(0);
  G4EmParameters::Instance()->SetFluo(false);
}

void ElectromagneticPhysics::ConstructParticle() {
  G4Gamma::Definition();
  G4Electron::Definition();
  G4Positron::Definition();
}

void ElectromagneticPhysics::ConstructProcess() {
  G4PhysicsListHelper& list = *G4PhysicsListHelper::GetPhysicsListHelper();
  AddGamma(list);
  AddLepton(list, G4Electron::Definition());
  AddLepton(list, G4Positron::Definition());
  list.RegisterProcess(new G4eplusAnnihilation, G4Positron::Definition());
}
