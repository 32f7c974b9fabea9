#include "tests/tools/fault_fixture.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>

namespace caloquant::testing {

FaultRun Faults::run_with_fault(std::vector<std::string> arguments, int number, int error,
                                const std::string& name,
                                std::map<std::string, std::string> environment) const {
  const TempDir beside;
  const std::string log = (beside / "log").string();
  const char* options = std::getenv("ASAN_OPTIONS");
  environment["LD_PRELOAD"] = CALOQUANT_FAULTS;
  environment["ASAN_OPTIONS"] =
      (options == nullptr ? "" : std::string(options) + ":") + "verify_asan_link_order=0";
  environment["CALOQUANT_FAULT"] = std::to_string(number) + ":" + std::to_string(error);
  environment["CALOQUANT_FAULT_LOG"] = log;
  if (!name.empty()) {
    environment["CALOQUANT_FAULT_NAME"] = name;
  }
  environment.try_emplace("CALOQUANT_KERNEL_CACHE", "off");
  FaultRun run;
  run.done = run_with(std::move(arguments), environment);
  std::ifstream stream(log);
  stream >> run.call >> std::ws;
  std::getline(stream, run.file);
  return run;
}

int Faults::error_of_place(int number) {
  constexpr std::array errors{ENOSPC, EDQUOT, EIO};
  return errors[static_cast<std::size_t>(number) % errors.size()];
}

}  // namespace caloquant::testing
