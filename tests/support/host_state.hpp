#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace caloquant::testing {

/// What a library must leave as it found it in the program that calls it: how the processor
/// computes (x87 registers free, control words, `long double`), what belongs to the process, how
/// OpenMP is set.
class HostState {
 public:
  /// Of the calling thread, now.
  HostState();
  /// What is otherwise now: "max threads of OpenMP: 4, was 2", a line each. Empty: nothing.
  [[nodiscard]] std::vector<std::string> changes() const;

 private:
  std::map<std::string, std::string> facts_;
};

}  // namespace caloquant::testing
