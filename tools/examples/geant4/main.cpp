// Full simulation of a calorimeter with Geant4, and fast simulation in which a network of
// caloquant draws the electromagnetic showers.
//   caloquant_geant4 [options] macro.mac     (--help lists them)

#include <FTFP_BERT.hh>
#include <G4FastSimulationPhysics.hh>
#include <G4RunManagerFactory.hh>
#include <G4UImanager.hh>
#include <G4VModularPhysicsList.hh>
#include <caloquant/error.hpp>
#include <caloquant/model.hpp>
#include <caloquant/model_config.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>

#include "src/Actions.hh"
#include "src/Detector.hh"
#include "src/ElectromagneticPhysics.hh"
#include "src/Messenger.hh"

namespace {

constexpr const char* help = R"(usage: caloquant_geant4 [options] macro.mac
  --geometry FILE   GDML of the detector
  --mode MODE       full: Geant4 alone; fast: the network draws showers (default: full)
  --model FILE      the network, a file of `caloquant quantize` or a Keras or ONNX model
                    or ARCHITECTURE.json,WEIGHTS.h5
  --output-scale S  of a model that does not tell: GeV = out^(1/P) / S
  --output-power P  see --output-scale
  --physics LIST    FTFP_BERT, or em: electromagnetic processes that need no data sets
  --threads N       worker threads; 0: a sequential run (default: 0)
)";

std::string ValueOf(int argc, char** argv, int& i) {
  if (i + 1 >= argc) {
    throw caloquant::UsageError(argv[i], "has no value", "see --help");
  }
  return argv[++i];
}

Options Read(int argc, char** argv) {
  Options options;
  caloquant::EnergyUnits units;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--geometry") {
      options.geometry = ValueOf(argc, argv, i);
    } else if (word == "--mode") {
      options.mode = ValueOf(argc, argv, i);
    } else if (word == "--model") {
      const std::string names = ValueOf(argc, argv, i);
      const auto comma = names.find(',');
      options.model = names.substr(0, comma);
      options.weights = comma == std::string::npos ? "" : names.substr(comma + 1);
    } else if (word == "--output-scale") {
      units.scale = std::atof(ValueOf(argc, argv, i).c_str());
      options.output = units;
    } else if (word == "--output-power") {
      units.power = std::atof(ValueOf(argc, argv, i).c_str());
      options.output = units;
    } else if (word == "--physics") {
      options.physics = ValueOf(argc, argv, i);
    } else if (word == "--threads") {
      options.threads = std::atoi(ValueOf(argc, argv, i).c_str());
    } else if (word.substr(0, 2) == "--" || !options.macro.empty()) {
      throw caloquant::UsageError(std::string(word), "is not understood", "see --help");
    } else {
      options.macro = word;
    }
  }
  const bool fast = options.mode == "fast";
  if ((!fast && options.mode != "full") || fast == options.model.empty()) {
    throw caloquant::UsageError("--mode", "full goes without --model, fast needs one",
                                "see --help");
  }
  if (options.physics != "FTFP_BERT" && options.physics != "em") {
    throw caloquant::UsageError("--physics", "there is no list '" + options.physics + "'",
                                "take FTFP_BERT or em");
  }
  if (options.geometry.empty() || options.macro.empty()) {
    throw caloquant::UsageError("command line", "--geometry and a macro are needed", "see --help");
  }
  return options;
}

G4VModularPhysicsList* PhysicsOf(const Options& options) {
  G4VModularPhysicsList* list = nullptr;
  if (options.physics == "em") {
    list = new G4VModularPhysicsList;
    list->RegisterPhysics(new ElectromagneticPhysics);
  } else {
    list = new FTFP_BERT(0);
  }
  list->SetDefaultCutValue(0.7);  // [mm]
  if (options.mode == "fast") {
    auto* fast = new G4FastSimulationPhysics;
    for (const char* particle : {"e-", "e+", "gamma"}) {
      fast->ActivateFastSimulation(particle);
    }
    list->RegisterPhysics(fast);
  }
  return list;
}

std::optional<caloquant::ShowerModel> ModelOf(const Options& options) {
  if (options.model.empty()) {
    return std::nullopt;
  }
  caloquant::ModelConfig config;
  (options.weights.empty() ? config.file : config.architecture) = options.model;
  config.weights = options.weights;
  config.output = options.output.value_or(caloquant::EnergyUnits{});
  const bool known = options.weights.empty() && !options.output;
  return caloquant::ShowerModel(known ? caloquant::Model::load(options.model)
                                      : caloquant::Model::load(config));
}

/// Ends the run after the events under way, so that files become whole.
void Stop(int) {
  Stopped() = 1;
  G4RunManager::GetRunManager()->AbortRun(true);
}

int Run(int argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) == "--help") {
    std::cout << help;
    return argc < 2 ? 2 : 0;
  }
  const Options options = Read(argc, argv);
  Settings settings;
  const std::optional<caloquant::ShowerModel> model = ModelOf(options);
  const std::unique_ptr<G4RunManager> manager(G4RunManagerFactory::CreateRunManager(
      options.threads > 0 ? G4RunManagerType::MT : G4RunManagerType::SerialOnly));
  if (options.threads > 0) {
    manager->SetNumberOfThreads(options.threads);
  }
  auto* detector = new Detector(options.geometry, settings, model);
  manager->SetUserInitialization(detector);
  manager->SetUserInitialization(PhysicsOf(options));
  ShowerOutput output(settings, options);
  Messenger messenger(settings);
  // The grid of the detector, which the actions ask for, is known once it was built.
  manager->SetUserInitialization(new ActionInitialization(*detector, settings, output));
  Stopped() = 0;  // made before a signal can ask for it
  std::signal(SIGINT, Stop);
  std::signal(SIGTERM, Stop);
  return G4UImanager::GetUIpointer()->ApplyCommand("/control/execute " + options.macro.string()) ==
                 0
             ? 0
             : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const caloquant::Error& error) {
    std::cerr << "caloquant_geant4: " << error.what() << '\n';
    return caloquant::exit_code(error.kind());
  }
}
