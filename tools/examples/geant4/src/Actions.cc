#include "Actions.hh"

#include <G4GlobalFastSimulationManager.hh>
#include <G4Run.hh>
#include <G4SDManager.hh>
#include <G4SystemOfUnits.hh>
#include <G4Threading.hh>
#include <G4Track.hh>
#include <cstdlib>

#include "Clock.hh"

namespace {
constexpr std::array<std::size_t, 3> image_cells{51, 51, 25};
}

volatile std::sig_atomic_t& Stopped() {
  static volatile std::sig_atomic_t stopped = 0;
  return stopped;
}

void RunAction::BeginOfRunAction(const G4Run*) {
  if (IsMaster()) {
    output_.Begin(settings_.gun.first_event);
    start_ = std::chrono::steady_clock::now();
  }
}

void RunAction::EndOfRunAction(const G4Run* run) {
  if (IsMaster()) {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start_;
    output_.End(wall.count());
    settings_.gun.first_event += run->GetNumberOfEventToBeProcessed();
    if (Stopped() != 0) {  // else the macro would go on with its next run
      G4cout << "stopped; what was simulated is in the files" << G4endl;
      std::_Exit(130);
    }
  }
}

void TrackingAction::PostUserTrackingAction(const G4Track* track) {
  steps += track->GetCurrentStepNumber();
}

EventAction::EventAction(const Detector& detector, const PrimaryGenerator& generator,
                         TrackingAction& tracking, ShowerOutput& output)
    : detector_(detector),
      generator_(generator),
      tracking_(tracking),
      output_(output),
      image_(image_cells[0] * image_cells[1] * image_cells[2]) {}

void EventAction::FindParts() {
  window_.emplace(detector_.Grid(), image_cells);
  auto* detectors = G4SDManager::GetSDMpointer();
  readout_ = static_cast<CalorimeterReadout*>(detectors->FindSensitiveDetector("ecal"));
  behind_ = static_cast<EnergySum*>(detectors->FindSensitiveDetector("hcal"));
  fast_ = static_cast<FastShowerModel*>(
      G4GlobalFastSimulationManager::GetInstance()->GetFastSimulationModel("caloquant"));
}

void EventAction::BeginOfEventAction(const G4Event*) {
  if (readout_ == nullptr) {
    FindParts();
  }
  tracking_.steps = 0.0;
  if (fast_ != nullptr) {
    fast_->BeginEvent(generator_.Number());
  }
  start_ = ThreadSeconds();
}

void EventAction::EndOfEventAction(const G4Event*) {
  EventRecord record;
  record.cpu_seconds = ThreadSeconds() - start_;
  record.event = generator_.Number();
  record.energy = generator_.Energy() / GeV;
  record.theta = generator_.Angle() / rad;
  record.pdg = generator_.Pdg();
  const caloquant::WindowSums sums =
      window_->cut(readout_->Energies(), generator_.EntryX() / mm, image_);
  record.inside = sums.inside;
  record.outside = sums.outside + readout_->Lost() / GeV;
  record.hcal = behind_->Energy() / GeV;
  record.steps = tracking_.steps;
  if (fast_ != nullptr) {
    record.fast = fast_->Counts();
  }
  output_.Write(record, image_);
}

void ActionInitialization::BuildForMaster() const {
  SetUserAction(new RunAction(settings_, output_));
}

void ActionInitialization::Build() const {
  auto* generator = new PrimaryGenerator(detector_, settings_);
  auto* tracking = new TrackingAction;
  SetUserAction(generator);
  SetUserAction(tracking);
  SetUserAction(new EventAction(detector_, *generator, *tracking, output_));
  if (!G4Threading::IsMultithreadedApplication()) {
    SetUserAction(new RunAction(settings_, output_));
  }
}
