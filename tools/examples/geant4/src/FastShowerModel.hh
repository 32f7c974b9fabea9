#pragma once

#include <G4VFastSimulationModel.hh>
#include <caloquant/shower_detector.hpp>
#include <caloquant/shower_generator.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "CalorimeterReadout.hh"
#include "Settings.hh"

/// What fast simulation did in an event.
struct FastCounts {
  int showers = 0;
  double network_seconds = 0.0;  ///< CPU in the network
  double deposit_seconds = 0.0;  ///< CPU to place the cells and deposit them
};

/// Electrons, positrons and photons that enter the front face within the limits of the trigger end
/// there; the network draws their showers. One per thread: it has a context of its own, the network
/// is shared.
class FastShowerModel : public G4VFastSimulationModel {
 public:
  FastShowerModel(G4Region* region, const caloquant::ShowerModel& model,
                  CalorimeterReadout& readout, const Settings& settings);

  G4bool IsApplicable(const G4ParticleDefinition& particle) override;
  G4bool ModelTrigger(const G4FastTrack& track) override;
  void DoIt(const G4FastTrack& track, G4FastStep& step) override;
  /// At the end of the event: the showers that were collected.
  void Flush() override;

  void BeginEvent(std::int64_t event);
  const FastCounts& Counts() const { return counts_; }

 private:
  void Draw(caloquant::ShowerContext& context, std::size_t first, std::size_t count);
  void Deposit(std::size_t shower, std::span<const float> cells);

  const Settings& settings_;
  CalorimeterReadout& readout_;
  std::size_t cells_;  ///< of one image
  caloquant::ShowerPlacement placement_;
  caloquant::ShowerModel model_;
  caloquant::ShowerContext single_;
  std::optional<caloquant::ShowerContext> batched_;  ///< made when the first batch is full
  std::size_t batch_ = 0;                            ///< of batched_
  std::vector<caloquant::ShowerRequest> requests_;   ///< of this event
  std::vector<caloquant::ShowerFrame> frames_;       ///< where they entered
  std::vector<float> images_;                        ///< [batch, X, Y, Z] in GeV
  std::vector<caloquant::ShowerHit> hits_;
  std::uint64_t event_ = 0;
  FastCounts counts_;
};
