#pragma once

#include "tests/tools/cli_fixture.hpp"

namespace caloquant::testing {

/// A folder with a small classifier that run.json has quantized into out/, and the program.
class ClassifierRun : public Cli {
 protected:
  void SetUp() override;
};

}  // namespace caloquant::testing
