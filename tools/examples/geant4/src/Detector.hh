#pragma once

#include <G4GDMLParser.hh>
#include <G4VUserDetectorConstruction.hh>
#include <caloquant/shower_detector.hpp>
#include <filesystem>
#include <optional>

#include "Settings.hh"

class G4LogicalVolume;
class G4Region;

/// A calorimeter from GDML. Auxiliary tags say what is what: FastRegion marks the envelope of the
/// electromagnetic calorimeter, SensDet its silicon ("ecal") and what measures behind it ("hcal").
/// The constants pitch, columns and rows are its cells.
class Detector : public G4VUserDetectorConstruction {
 public:
  /// `model`: none in full simulation.
  Detector(std::filesystem::path gdml, const Settings& settings,
           std::optional<caloquant::ShowerModel> model);

  G4VPhysicalVolume* Construct() override;
  void ConstructSDandField() override;

  /// After Construct().
  const caloquant::CellGrid& Grid() const { return grid_.value(); }
  /// z of the front face in the world.
  G4double Face() const { return face_; }

 private:
  void ReadTags();
  void FindLayers();
  [[nodiscard]] std::vector<G4LogicalVolume*> Tagged(const std::string& type,
                                                     const std::string& value) const;

  std::filesystem::path gdml_;
  const Settings& settings_;
  std::optional<caloquant::ShowerModel> model_;
  G4GDMLParser parser_;
  G4LogicalVolume* ecal_ = nullptr;
  G4Region* region_ = nullptr;
  std::optional<caloquant::CellGrid> grid_;
  G4double face_ = 0.0;
};
