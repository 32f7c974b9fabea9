#pragma once

#include <string>

namespace caloquant {

/// What oneDNN makes of this machine.
struct CpuReport {
  std::string isa;           ///< highest instruction set in use, "avx512_core_vnni"; honours
                             ///< DNNL_MAX_CPU_ISA
  std::string onednn;        ///< "2.6.3"
  bool exact_int8 = false;   ///< u8 x s8 products are summed exactly (VNNI). Without it oneDNN's
                             ///< int8 kernels saturate at 16 bits and are not used here.
  bool native_bf16 = false;  ///< products of bfloat16 in one instruction
};

[[nodiscard]] CpuReport cpu_report();

}  // namespace caloquant
