#include "tools/cli/waiting.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace caloquant::cli {

void wait_briefly(char** argv) {
  constexpr const char* spins = "GOMP_SPINCOUNT";
  // Before there are threads.
  // NOLINTBEGIN(concurrency-mt-unsafe)
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv(spins) != nullptr ||
      ::setenv(spins, "10000", 1) != 0) {
    return;
  }
  // Under its own name: started as /proc/self/exe it would be called "exe".
  std::array<char, 4096> path{};
  if (::readlink("/proc/self/exe", path.data(), path.size() - 1) > 0) {
    ::execv(path.data(), argv);
  }
  // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace caloquant::cli
