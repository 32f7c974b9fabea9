#pragma once

#include <string>
#include <vector>

#include "tests/tools/cli_fixture.hpp"

namespace caloquant::testing {

/// A run of the program in which one call that writes a file failed.
struct FaultRun {
  Finished done;
  std::string call;  ///< "write"; empty: there were fewer calls, and none failed
  std::string file;  ///< that it was about
};

/// Runs on a disk that fills (tests/support/faults).
class Faults : public Cli {
 protected:
  /// The `number`-th call (from 1) that writes a file fails with `error`, an errno. `name`: only
  /// calls on files with this in their path count. The kernels of layers are not kept, unless
  /// `environment` says where.
  [[nodiscard]] FaultRun run_with_fault(std::vector<std::string> arguments, int number, int error,
                                        const std::string& name = {},
                                        std::map<std::string, std::string> environment = {}) const;
  /// ENOSPC, EDQUOT and EIO in turn.
  [[nodiscard]] static int error_of_place(int number);
};

}  // namespace caloquant::testing
