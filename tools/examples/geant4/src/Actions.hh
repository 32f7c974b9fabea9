#pragma once

#include <G4UserEventAction.hh>
#include <G4UserRunAction.hh>
#include <G4UserTrackingAction.hh>
#include <G4VUserActionInitialization.hh>
#include <chrono>
#include <csignal>
#include <optional>
#include <vector>

#include "CalorimeterReadout.hh"
#include "Detector.hh"
#include "EnergySum.hh"
#include "PrimaryGenerator.hh"
#include "ShowerOutput.hh"

/// Not 0 once a signal asked for the end: a run's files are closed, then the program ends with 130.
volatile std::sig_atomic_t& Stopped();

/// Opens and closes the results; numbers events through the runs of a macro.
class RunAction : public G4UserRunAction {
 public:
  RunAction(Settings& settings, ShowerOutput& output) : settings_(settings), output_(output) {}
  void BeginOfRunAction(const G4Run* run) override;
  void EndOfRunAction(const G4Run* run) override;

 private:
  Settings& settings_;
  ShowerOutput& output_;
  std::chrono::steady_clock::time_point start_;
};

/// Counts the steps of an event.
class TrackingAction : public G4UserTrackingAction {
 public:
  void PostUserTrackingAction(const G4Track* track) override;
  double steps = 0.0;  ///< of the event
};

/// Cuts the window of an event, and writes what it cost.
class EventAction : public G4UserEventAction {
 public:
  EventAction(const Detector& detector, const PrimaryGenerator& generator, TrackingAction& tracking,
              ShowerOutput& output);
  void BeginOfEventAction(const G4Event* event) override;
  void EndOfEventAction(const G4Event* event) override;

 private:
  void FindParts();

  const Detector& detector_;
  const PrimaryGenerator& generator_;
  TrackingAction& tracking_;
  ShowerOutput& output_;
  std::optional<caloquant::ShowerWindow> window_;  ///< once the detector is built
  std::vector<float> image_;
  CalorimeterReadout* readout_ = nullptr;
  EnergySum* behind_ = nullptr;
  FastShowerModel* fast_ = nullptr;
  double start_ = 0.0;
};

/// One set of actions for each thread.
class ActionInitialization : public G4VUserActionInitialization {
 public:
  ActionInitialization(const Detector& detector, Settings& settings, ShowerOutput& output)
      : detector_(detector), settings_(settings), output_(output) {}
  void BuildForMaster() const override;
  void Build() const override;

 private:
  const Detector& detector_;
  Settings& settings_;
  ShowerOutput& output_;
};
