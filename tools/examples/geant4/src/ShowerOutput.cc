#include "ShowerOutput.hh"

#include <G4Version.hh>
#include <G4ios.hh>
#include <caloquant/error.hpp>
#include <iomanip>

ShowerOutput::ShowerOutput(const Settings& settings, const Options& options)
    : settings_(settings), options_(options) {}

void ShowerOutput::Begin(std::int64_t first_event) {
  by_energy_.clear();
  stream_.reset();
  if (!settings_.output.file.empty()) {
    caloquant::ShowerStreamOptions stream;
    stream.file = settings_.output.file;
    stream.extras = {"outside",         "hcal", "steps", "cpu_seconds", "network_seconds",
                     "deposit_seconds", "drawn"};
    stream.first_event = first_event;
    stream.attributes = {
        {"generator", options_.mode == "full" ? "Geant4 " + std::to_string(G4VERSION_NUMBER)
                                              : "Geant4 with caloquant, not full simulation"},
        {"physics", options_.physics},
        {"geometry", options_.geometry.filename().string()},
        {"model", options_.model.filename().string()},
        {"seed", std::to_string(settings_.gun.seed)}};
    stream_.emplace(stream);
  }
  if (!settings_.output.timing.empty()) {
    timing_.open(settings_.output.timing);
    timing_ << "event,energy_gev,theta_rad,inside_gev,outside_gev,hcal_gev,steps,cpu_seconds,"
               "network_seconds,deposit_seconds,drawn\n"
            << std::setprecision(9);
    if (!timing_) {
      throw caloquant::BackendError(settings_.output.timing, "cannot be written",
                                    "choose another file with /caloquant/output/timing");
    }
  }
}

void ShowerOutput::Write(const EventRecord& record, std::span<const float> cells) {
  const std::array<double, 7> extras{record.outside,
                                     record.hcal,
                                     record.steps,
                                     record.cpu_seconds,
                                     record.fast.network_seconds,
                                     record.fast.deposit_seconds,
                                     static_cast<double>(record.fast.showers)};
  if (stream_) {
    stream_->write({record.event, record.energy, record.theta, record.pdg, cells, extras});
  }
  const std::lock_guard lock(mutex_);
  if (timing_.is_open()) {
    timing_ << record.event << ',' << record.energy << ',' << record.theta << ',' << record.inside;
    for (const double extra : extras) {
      timing_ << ',' << extra;
    }
    timing_ << '\n';
  }
  Sums& sums = by_energy_[settings_.gun.energies.empty() ? 0.0 : record.energy];
  ++sums.events;
  sums.cpu += record.cpu_seconds;
  sums.network += record.fast.network_seconds;
  sums.deposit += record.fast.deposit_seconds;
  sums.steps += record.steps;
}

void ShowerOutput::End(double wall_seconds) {
  if (stream_) {
    stream_->commit();
    stream_.reset();
  }
  timing_.close();
  G4cout << "\n energy      events  CPU ms/event   network   deposit  steps/event\n";
  int events = 0;
  for (const auto& [energy, sums] : by_energy_) {
    const double each = 1000.0 / sums.events;  // [ms]
    events += sums.events;
    G4cout << std::fixed << std::setprecision(1) << std::setw(7)
           << (energy > 0.0 ? std::to_string(static_cast<int>(energy)) + " GeV" : "all")
           << std::setw(12) << sums.events << std::setprecision(3) << std::setw(14)
           << sums.cpu * each << std::setw(10) << sums.network * each << std::setw(10)
           << sums.deposit * each << std::setprecision(0) << std::setw(13)
           << sums.steps / sums.events << G4endl;
  }
  G4cout << events << " events in " << std::setprecision(2) << wall_seconds << " s" << G4endl;
  G4cout << std::defaultfloat << std::setprecision(6);
}
