#pragma once

#include <G4Types.hh>
#include <caloquant/shower_stream.hpp>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "FastShowerModel.hh"
#include "Settings.hh"

/// What an event was and what it cost.
struct EventRecord {
  std::int64_t event = 0;
  double energy = 0.0;  ///< of all primaries [GeV]
  double theta = 0.0;   ///< of the first [rad]
  int pdg = 11;
  double inside = 0.0;   ///< the window [GeV]
  double outside = 0.0;  ///< of the window, in the silicon [GeV]
  double hcal = 0.0;     ///< in what measures behind the calorimeter [GeV]
  double steps = 0.0;
  double cpu_seconds = 0.0;
  FastCounts fast;
};

/// The results of a run: a file of showers, one of costs, a summary. All threads share it.
class ShowerOutput {
 public:
  ShowerOutput(const Settings& settings, const Options& options);

  /// Master thread.
  void Begin(std::int64_t first_event);
  void End(double wall_seconds);
  /// Any thread. `cells`: [51, 51, 25] in GeV.
  void Write(const EventRecord& record, std::span<const float> cells);

 private:
  struct Sums {
    int events = 0;
    double cpu = 0.0;
    double network = 0.0;
    double deposit = 0.0;
    double steps = 0.0;
  };

  const Settings& settings_;
  const Options& options_;
  std::mutex mutex_;
  std::optional<caloquant::ShowerStream> stream_;
  std::ofstream timing_;
  std::map<double, Sums> by_energy_;  ///< of primaries from a list, else of all
};
