#include "FastShowerModel.hh"

#include <G4Box.hh>
#include <G4Electron.hh>
#include <G4Gamma.hh>
#include <G4Positron.hh>
#include <G4SystemOfUnits.hh>
#include <algorithm>

#include "Clock.hh"

namespace {

constexpr std::size_t most_batch = 64;
constexpr std::size_t most_showers = 4096;  // of an event; beyond it their list has to grow
constexpr G4double on_face = 1e-3 * mm;

/// Where the track is on the face, in its own axes.
caloquant::ShowerFrame FrameOf(const G4FastTrack& track) {
  const G4ThreeVector at = track.GetPrimaryTrackLocalPosition();
  const G4ThreeVector to = track.GetPrimaryTrackLocalDirection();
  caloquant::ShowerFrame frame;
  frame.entry = {at.x() / mm, at.y() / mm, 0.0};
  return caloquant::turned_to(frame, {to.x(), to.y(), to.z()});
}

double AngleOf(const caloquant::ShowerFrame& frame, const G4ThreeVector& direction) {
  return frame.theta_of({direction.x(), direction.y(), direction.z()});
}

}  // namespace

FastShowerModel::FastShowerModel(G4Region* region, const caloquant::ShowerModel& model,
                                 CalorimeterReadout& readout, const Settings& settings)
    : G4VFastSimulationModel("caloquant", region),
      settings_(settings),
      readout_(readout),
      cells_(model.cell_count()),
      placement_(model, readout.Energies().grid().geometry()),
      model_(model),
      single_(model, {.batch = 1, .threads = 1}),
      images_(most_batch * cells_),
      hits_(cells_) {
  requests_.reserve(most_showers);
  frames_.reserve(most_showers);
}

G4bool FastShowerModel::IsApplicable(const G4ParticleDefinition& particle) {
  return &particle == G4Electron::Definition() || &particle == G4Positron::Definition() ||
         &particle == G4Gamma::Definition();
}

G4bool FastShowerModel::ModelTrigger(const G4FastTrack& track) {
  const auto* box = static_cast<const G4Box*>(track.GetEnvelopeSolid());
  const G4ThreeVector at = track.GetPrimaryTrackLocalPosition();
  const G4ThreeVector to = track.GetPrimaryTrackLocalDirection();
  // Only where it enters: what was born inside belongs to a shower that is simulated.
  if (at.z() > on_face - box->GetZHalfLength() || to.z() <= 0.0) {
    return false;
  }
  const G4double edge =
      std::min(box->GetXHalfLength() - std::abs(at.x()), box->GetYHalfLength() - std::abs(at.y()));
  return settings_.fast.trigger.accepts(track.GetPrimaryTrack()->GetKineticEnergy() / GeV,
                                        AngleOf(FrameOf(track), to), edge / mm);
}

void FastShowerModel::DoIt(const G4FastTrack& track, G4FastStep& step) {
  const G4double energy = track.GetPrimaryTrack()->GetKineticEnergy();
  step.KillPrimaryTrack();
  step.ProposePrimaryTrackPathLength(0.0);
  step.ProposeTotalEnergyDeposited(energy);
  const caloquant::ShowerFrame frame = FrameOf(track);
  requests_.push_back({energy / GeV, AngleOf(frame, track.GetPrimaryTrackLocalDirection()),
                       static_cast<std::uint64_t>(settings_.gun.seed),
                       event_ * most_showers + requests_.size()});
  frames_.push_back(frame);
  if (!settings_.fast.batched) {
    Draw(single_, requests_.size() - 1, 1);
  }
}

void FastShowerModel::Flush() {
  if (!settings_.fast.batched) {
    return;
  }
  const auto batch =
      std::clamp<std::size_t>(static_cast<std::size_t>(settings_.fast.batch), 1, most_batch);
  std::size_t first = 0;
  if (requests_.size() >= batch && batch > 1) {
    if (batch != batch_) {
      batched_.emplace(model_, caloquant::ContextOptions{.batch = batch, .threads = 1});
      batch_ = batch;
    }
    for (; first + batch <= requests_.size(); first += batch) {
      Draw(*batched_, first, batch);
    }
  }
  // A context computes whole batches whatever is asked of it: the rest goes one by one.
  for (; first < requests_.size(); ++first) {
    Draw(single_, first, 1);
  }
}

void FastShowerModel::Draw(caloquant::ShowerContext& context, std::size_t first,
                           std::size_t count) {
  const double start = ThreadSeconds();
  const auto images = std::span(images_).first(count * cells_);
  context.generate(std::span(requests_).subspan(first, count), images);
  const double drawn = ThreadSeconds();
  for (std::size_t i = 0; i < count; ++i) {
    Deposit(first + i, images.subspan(i * cells_, cells_));
  }
  counts_.showers += static_cast<int>(count);
  counts_.network_seconds += drawn - start;
  counts_.deposit_seconds += ThreadSeconds() - drawn;
}

void FastShowerModel::Deposit(std::size_t shower, std::span<const float> cells) {
  const auto threshold = static_cast<float>(settings_.fast.threshold / GeV);
  const std::size_t count =
      std::min(placement_.place(cells, requests_[shower].theta, frames_[shower], threshold, hits_),
               hits_.size());
  for (std::size_t i = 0; i < count; ++i) {
    readout_.Deposit(hits_[i].position, static_cast<G4double>(hits_[i].energy) * GeV);
  }
}

void FastShowerModel::BeginEvent(std::int64_t event) {
  event_ = static_cast<std::uint64_t>(event);
  requests_.clear();
  frames_.clear();
  counts_ = {};
}
