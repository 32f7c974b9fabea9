#include "quantizer/measure/peak_memory.hpp"

#include <sys/resource.h>

namespace caloquant {

std::size_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace caloquant
