#include "Detector.hh"

#include <G4Box.hh>
#include <G4LogicalVolume.hh>
#include <G4Region.hh>
#include <G4SDManager.hh>
#include <G4SystemOfUnits.hh>
#include <G4VPhysicalVolume.hh>
#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>

#include "CalorimeterReadout.hh"
#include "EnergySum.hh"
#include "FastShowerModel.hh"

Detector::Detector(std::filesystem::path gdml, const Settings& settings,
                   std::optional<caloquant::ShowerModel> model)
    : gdml_(std::move(gdml)), settings_(settings), model_(std::move(model)) {}

G4VPhysicalVolume* Detector::Construct() {
  if (!std::filesystem::exists(gdml_)) {
    throw caloquant::DataError(gdml_.string(), "there is no such file",
                               "--geometry takes a GDML file, as clic_ecal.gdml");
  }
  parser_.SetOverlapCheck(false);
  parser_.Read(gdml_.string(), false);
  ReadTags();
  FindLayers();
  return parser_.GetWorldVolume();
}

std::vector<G4LogicalVolume*> Detector::Tagged(const std::string& type,
                                               const std::string& value) const {
  std::vector<G4LogicalVolume*> volumes;
  for (const auto& [volume, tags] : *parser_.GetAuxMap()) {
    if (std::any_of(tags.begin(), tags.end(), [&](const G4GDMLAuxStructType& tag) {
          return tag.type == type && tag.value == value;
        })) {
      volumes.push_back(volume);
    }
  }
  return volumes;
}

void Detector::ReadTags() {
  const auto envelopes = Tagged("FastRegion", "ecal");
  if (envelopes.size() != 1 || dynamic_cast<G4Box*>(envelopes[0]->GetSolid()) == nullptr) {
    throw caloquant::DataError(
        gdml_.string(), std::to_string(envelopes.size()) + " volumes have the tag FastRegion ecal",
        "one box needs it");
  }
  ecal_ = envelopes[0];
  region_ = new G4Region("ecal");
  region_->AddRootLogicalVolume(ecal_);
}

void Detector::FindLayers() {
  const auto sensitive = Tagged("SensDet", "ecal");
  const G4double half = static_cast<G4Box*>(ecal_->GetSolid())->GetZHalfLength();
  caloquant::CellGeometry geometry;
  geometry.pitch = parser_.GetConstant("pitch");
  geometry.depths.resize(ecal_->GetNoDaughters(), -1.0);
  for (std::size_t i = 0; i < ecal_->GetNoDaughters(); ++i) {
    const G4VPhysicalVolume* layer = ecal_->GetDaughter(i);
    const auto number = static_cast<std::size_t>(layer->GetCopyNo());
    const G4LogicalVolume* slabs = layer->GetLogicalVolume();
    for (std::size_t j = 0; j < slabs->GetNoDaughters() && number < geometry.depths.size(); ++j) {
      const G4VPhysicalVolume* slab = slabs->GetDaughter(j);
      if (std::find(sensitive.begin(), sensitive.end(), slab->GetLogicalVolume()) !=
          sensitive.end()) {
        geometry.depths[number] =
            (half + layer->GetTranslation().z() + slab->GetTranslation().z()) / mm;
      }
    }
  }
  if (std::count(geometry.depths.begin(), geometry.depths.end(), -1.0) != 0) {
    throw caloquant::DataError(gdml_.string(), "a layer has no slab with the tag SensDet ecal",
                               "layers are numbered from 0 on by copynumber");
  }
  grid_.emplace(std::move(geometry), static_cast<std::size_t>(parser_.GetConstant("columns")),
                static_cast<std::size_t>(parser_.GetConstant("rows")));
  face_ = parser_.GetConstant("face") * mm;
}

void Detector::ConstructSDandField() {
  auto* readout = new CalorimeterReadout("ecal", *grid_);
  G4SDManager::GetSDMpointer()->AddNewDetector(readout);
  for (G4LogicalVolume* volume : Tagged("SensDet", "ecal")) {
    SetSensitiveDetector(volume, readout);
  }
  auto* behind = new EnergySum("hcal");
  G4SDManager::GetSDMpointer()->AddNewDetector(behind);
  for (G4LogicalVolume* volume : Tagged("SensDet", "hcal")) {
    SetSensitiveDetector(volume, behind);
  }
  if (model_) {
    new FastShowerModel(region_, *model_, *readout, settings_);  // owned by the region's manager
  }
}
