#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace caloquant {

/// Instruction sets that the direct kernels are compiled for, the later the better.
enum class Isa {
  portable,     ///< plain C++
  avx2,         ///< AVX2 + FMA; integers as 16-bit pairs (vpmaddwd)
  avx512,       ///< AVX-512 F/BW/VL/DQ; integers as 16-bit pairs
  avx_vnni,     ///< AVX-VNNI; integers as quadruples of bytes (vpdpbusd)
  avx512_vnni,  ///< AVX-512 VNNI; integers as quadruples of bytes
};

[[nodiscard]] std::string_view name_of(Isa isa) noexcept;

/// Those this machine can run, the best last. Never empty. Not narrowed by the environment.
[[nodiscard]] const std::vector<Isa>& runnable_isas();

/// The best one, no better than the environment allows: CALOQUANT_MAX_ISA names one of ours, and
/// DNNL_MAX_CPU_ISA holds for the direct kernels as for oneDNN.
/// Throws UsageError for a CALOQUANT_MAX_ISA that is not known.
[[nodiscard]] Isa active_isa();

}  // namespace caloquant
