#pragma once

#include <G4SystemOfUnits.hh>
#include <G4Types.hh>
#include <caloquant/energy_units.hpp>
#include <caloquant/shower_detector.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Which primary particles are shot. Energies and angles are taken in turn from the lists; without
/// a list they are flat between the limits.
struct GunSettings {
  std::string particle = "e-";
  std::vector<G4double> energies;
  G4double lowest_energy = 2.0 * GeV;
  G4double highest_energy = 500.0 * GeV;
  std::vector<G4double> angles;
  G4double lowest_angle = 60.0 * deg;
  G4double highest_angle = 120.0 * deg;
  G4int number = 1;       ///< of particles in an event
  std::int64_t seed = 1;  ///< with the event's number it settles all random numbers
  std::int64_t first_event = 0;
};

/// How the network is used.
struct FastSettings {
  caloquant::ShowerTrigger trigger;
  G4double threshold = 1.0 * keV;  ///< cells below it are not deposited
  bool batched = false;            ///< showers of an event in one call, at its end
  G4int batch = 8;                 ///< most of one pass through the network
};

/// Where results go; empty: nowhere.
struct OutputSettings {
  std::string file;    ///< of showers
  std::string timing;  ///< CSV, one line per event
};

/// What macros set, on the master thread between runs; workers read it.
struct Settings {
  GunSettings gun;
  FastSettings fast;
  OutputSettings output;
};

/// The command line.
struct Options {
  std::filesystem::path geometry;
  std::string mode = "full";
  std::filesystem::path model;                   ///< or an architecture
  std::filesystem::path weights;                 ///< of an architecture
  std::optional<caloquant::EnergyUnits> output;  ///< of a model that does not tell
  std::string physics = "FTFP_BERT";
  G4int threads = 0;  ///< 0: no worker threads
  std::filesystem::path macro;
};
