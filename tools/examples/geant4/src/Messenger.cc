#include "Messenger.hh"

#include <G4ApplicationState.hh>
#include <G4SystemOfUnits.hh>
#include <G4UIcmdWithABool.hh>
#include <G4UIcmdWithAString.hh>
#include <G4UIcmdWithAnInteger.hh>
#include <G4UIdirectory.hh>
#include <G4UnitsTable.hh>
#include <caloquant/error.hpp>
#include <sstream>
#include <utility>

namespace {

/// "10 50 100 GeV": numbers with one unit of this category.
std::vector<G4double> NumbersOf(const G4String& text, const char* category) {
  std::istringstream words(text);
  std::vector<std::string> parts;
  for (std::string word; words >> word;) {
    parts.push_back(word);
  }
  if (parts.size() < 2 || !G4UnitDefinition::IsUnitDefined(parts.back()) ||
      G4UnitDefinition::GetCategory(parts.back()) != category) {
    throw caloquant::UsageError("'" + text + "'", "is no list of numbers with a unit",
                                std::string("give numbers and a unit of ") + category);
  }
  const G4double unit = G4UnitDefinition::GetValueOf(parts.back());
  std::vector<G4double> numbers;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    std::size_t used = 0;
    double number = 0.0;
    try {
      number = std::stod(parts[i], &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used != parts[i].size()) {
      throw caloquant::UsageError("'" + parts[i] + "'", "is no number", "give numbers and a unit");
    }
    numbers.push_back(number * unit);
  }
  return numbers;
}

std::pair<G4double, G4double> RangeOf(const G4String& text, const char* category) {
  const auto numbers = NumbersOf(text, category);
  if (numbers.size() != 2 || !(numbers[0] <= numbers[1])) {
    throw caloquant::UsageError("'" + text + "'", "is no range",
                                "give the lower limit, the upper "
                                "limit and a unit");
  }
  return {numbers[0], numbers[1]};
}

}  // namespace

struct Messenger::Command {
  std::unique_ptr<G4UIcommand> command;
  Set set;
};

Messenger::Messenger(Settings& settings) : settings_(settings) {
  Folder("/caloquant/", "Showers from a generator network.");
  AddGun();
  AddFast();
  Folder("/caloquant/output/", "Where results go.");
  Text("/caloquant/output/file", "HDF5 file of the showers of the next run.", settings.output.file);
  Text("/caloquant/output/timing", "CSV file with the cost of every event.",
       settings.output.timing);
}

Messenger::~Messenger() = default;

void Messenger::AddGun() {
  GunSettings& gun = settings_.gun;
  Folder("/caloquant/gun/", "Primary particles.");
  Text("/caloquant/gun/particle", "e-, e+, gamma or any other of the physics list.", gun.particle);
  Numbers("/caloquant/gun/energies", "Energies taken in turn, as 10 50 100 GeV.",
          [&gun](const G4String& text) { gun.energies = NumbersOf(text, "Energy"); });
  Numbers("/caloquant/gun/energyRange", "Energies flat in a range, as 2 500 GeV.",
          [&gun](const G4String& text) {
            std::tie(gun.lowest_energy, gun.highest_energy) = RangeOf(text, "Energy");
            gun.energies.clear();
          });
  Numbers("/caloquant/gun/angles", "Angles to the beam taken in turn, as 60 90 120 deg.",
          [&gun](const G4String& text) { gun.angles = NumbersOf(text, "Angle"); });
  Numbers("/caloquant/gun/angleRange", "Angles flat in a range, as 60 120 deg.",
          [&gun](const G4String& text) {
            std::tie(gun.lowest_angle, gun.highest_angle) = RangeOf(text, "Angle");
            gun.angles.clear();
          });
  Integer("/caloquant/gun/number", "Particles in an event.", "n >= 1 && n <= 1000",
          [&gun](const G4String& text) { gun.number = std::stoi(text); });
  Integer("/caloquant/gun/seed", "Settles all random numbers, with the number of the event.",
          "n >= 0", [&gun](const G4String& text) { gun.seed = std::stoll(text); });
  Integer("/caloquant/gun/firstEvent", "Number of the next run's first event.", "n >= 0",
          [&gun](const G4String& text) { gun.first_event = std::stoll(text); });
}

void Messenger::AddFast() {
  FastSettings& fast = settings_.fast;
  Folder("/caloquant/fast/", "Which particles the network draws, and how.");
  Numbers("/caloquant/fast/energyRange", "Kinetic energies that it draws, as 2 500 GeV.",
          [&fast](const G4String& text) {
            const auto [low, high] = RangeOf(text, "Energy");
            fast.trigger.lowest_energy = low / GeV;
            fast.trigger.highest_energy = high / GeV;
          });
  Numbers("/caloquant/fast/angleRange", "Angles to the beam that it draws, as 60 120 deg.",
          [&fast](const G4String& text) {
            const auto [low, high] = RangeOf(text, "Angle");
            fast.trigger.lowest_theta = low / rad;
            fast.trigger.highest_theta = high / rad;
          });
  Numbers("/caloquant/fast/edgeDistance", "Least distance of the entry from the edges.",
          [&fast](const G4String& text) {
            fast.trigger.edge_distance = NumbersOf(text, "Length").front() / mm;
          });
  Numbers("/caloquant/fast/threshold", "Least energy of a cell, as 1 keV.",
          [&fast](const G4String& text) { fast.threshold = NumbersOf(text, "Energy").front(); });
  auto batched = std::make_unique<G4UIcmdWithABool>("/caloquant/fast/batched", this);
  batched->SetGuidance("Collect the showers of an event and draw them at its end.");
  batched->SetToBeBroadcasted(false);
  commands_.push_back(
      std::make_unique<Command>(Command{std::move(batched), [&fast](const G4String& text) {
                                          fast.batched = G4UIcommand::ConvertToBool(text);
                                        }}));
  Integer("/caloquant/fast/batch", "Most showers of one pass through the network.",
          "n >= 1 && n <= 64", [&fast](const G4String& text) { fast.batch = std::stoi(text); });
}

void Messenger::Folder(const char* path, const char* guidance) {
  folders_.push_back(std::make_unique<G4UIdirectory>(path, false));
  folders_.back()->SetGuidance(guidance);
}

void Messenger::Text(const char* path, const char* guidance, std::string& value) {
  Numbers(path, guidance, [&value](const G4String& text) { value = text; });
}

void Messenger::Numbers(const char* path, const char* guidance, const Set& set) {
  auto command = std::make_unique<G4UIcmdWithAString>(path, this);
  command->SetGuidance(guidance);
  command->SetParameterName("value", false);
  command->SetToBeBroadcasted(false);
  commands_.push_back(std::make_unique<Command>(Command{std::move(command), set}));
}

void Messenger::Integer(const char* path, const char* guidance, const char* range, const Set& set) {
  auto command = std::make_unique<G4UIcmdWithAnInteger>(path, this);
  command->SetGuidance(guidance);
  command->SetParameterName("n", false);
  command->SetRange(range);
  command->SetToBeBroadcasted(false);
  commands_.push_back(std::make_unique<Command>(Command{std::move(command), set}));
}

void Messenger::SetNewValue(G4UIcommand* command, G4String value) {
  for (const auto& known : commands_) {
    if (known->command.get() == command) {
      try {
        known->set(value);
      } catch (const caloquant::Error& error) {
        G4ExceptionDescription why;
        why << command->GetCommandPath() << ": " << error.what();
        command->CommandFailed(why);
      }
    }
  }
}
