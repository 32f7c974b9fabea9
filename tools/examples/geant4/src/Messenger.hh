#pragma once

#include <G4UImessenger.hh>
#include <functional>
#include <memory>
#include <vector>

#include "Settings.hh"

class G4UIcommand;
class G4UIdirectory;

/// The commands below /caloquant/. They change settings that all threads share, between runs.
class Messenger : public G4UImessenger {
 public:
  explicit Messenger(Settings& settings);
  ~Messenger() override;
  void SetNewValue(G4UIcommand* command, G4String value) override;

 private:
  using Set = std::function<void(const G4String&)>;
  void Folder(const char* path, const char* guidance);
  void Text(const char* path, const char* guidance, std::string& value);
  void Integer(const char* path, const char* guidance, const char* range, const Set& set);
  void Numbers(const char* path, const char* guidance, const Set& set);
  void AddGun();
  void AddFast();

  struct Command;
  Settings& settings_;
  std::vector<std::unique_ptr<G4UIdirectory>> folders_;
  std::vector<std::unique_ptr<Command>> commands_;
};
