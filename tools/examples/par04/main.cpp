// An event loop as Geant4's worker threads run it, with the fast simulation of Par04 in place of
// tracking: every thread draws the showers of its electrons, whose cells land in the detector.
//   par04 quantized.h5 [events] [threads]

#include <caloquant/error.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

#include "InferenceSetup.hh"

namespace {

struct Totals {
  double energy = 0.0;  ///< [MeV]
  double depth = 0.0;   ///< energy-weighted [mm]
  std::size_t cells = 0;
};

/// Events of one worker thread. The calorimeter's front face is at z = 1500 mm, the beam along y.
Totals work(const caloquant::ShowerModel& model, int thread, int events) {
  InferenceSetup setup(model, static_cast<std::uint64_t>(1000 + thread));
  Totals totals;
  std::vector<double> energies;
  std::vector<Vector> positions;
  std::vector<double> deposits;
  for (int event = 0; event < events; ++event) {
    const double energy = 50e3 + 10e3 * (event % 10);
    const double angle = 1.2 + 0.05 * (event % 15);
    if (!setup.IfTrigger(energy)) {
      continue;
    }
    setup.GetEnergies(energies, energy, angle);
    setup.GetPositions(energies, positions, deposits, {0.0, 20.0, 1500.0},
                       {0.0, std::cos(angle), std::sin(angle)}, {0.0, 0.0, 1.0}, {0.0, 1.0, 0.0});
    for (std::size_t i = 0; i < deposits.size(); ++i) {
      totals.energy += deposits[i];
      totals.depth += deposits[i] * (positions[i][2] - 1500.0);
    }
    totals.cells += deposits.size();
  }
  return totals;
}

int run(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: par04 quantized.h5 [events] [threads]\n";
    return 2;
  }
  const int events = argc > 2 ? std::atoi(argv[2]) : 20;
  const int threads = argc > 3 ? std::atoi(argv[3]) : 2;
  const auto model = caloquant::ShowerModel::load(argv[1]);  // once, for all threads
  const auto start = std::chrono::steady_clock::now();
  Totals sum;
  std::mutex mutex;
  std::vector<std::thread> workers;
  for (int thread = 0; thread < threads; ++thread) {
    workers.emplace_back([&, thread] {
      const Totals own = work(model, thread, events);
      const std::lock_guard lock(mutex);
      sum.energy += own.energy;
      sum.depth += own.depth;
      sum.cells += own.cells;
    });
  }
  for (std::thread& worker : workers) {
    worker.join();
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double showers = static_cast<double>(events) * threads;
  std::cout << showers << " showers on " << threads << " threads, " << showers / seconds.count()
            << " showers/s\nmean energy in the cells " << sum.energy / showers
            << " MeV, mean cells with energy " << static_cast<double>(sum.cells) / showers
            << ", mean depth " << sum.depth / sum.energy << " mm\n";
  return sum.energy > 0.0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const caloquant::Error& error) {
    std::cerr << "par04: " << error.what() << '\n';
    return caloquant::exit_code(error.kind());
  }
}
