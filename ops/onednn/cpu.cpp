#include "ops/onednn/cpu.hpp"

#include <array>
#include <dnnl.hpp>

namespace caloquant {
namespace {

struct IsaName {
  dnnl::cpu_isa isa;
  const char* name;
  bool vnni;
  bool bf16;
};

constexpr std::array<IsaName, 8> onednn_isas{{
    {dnnl::cpu_isa::avx512_core_amx, "avx512_core_amx", true, true},
    {dnnl::cpu_isa::avx512_core_bf16, "avx512_core_bf16", true, true},
    {dnnl::cpu_isa::avx512_core_vnni, "avx512_core_vnni", true, false},
    {dnnl::cpu_isa::avx512_core, "avx512_core", false, false},
    {dnnl::cpu_isa::avx2_vnni, "avx2_vnni", true, false},
    {dnnl::cpu_isa::avx2, "avx2", false, false},
    {dnnl::cpu_isa::avx, "avx", false, false},
    {dnnl::cpu_isa::sse41, "sse41", false, false},
}};

}  // namespace

CpuReport cpu_report() {
  CpuReport report;
  const dnnl_version_t* version = dnnl_version();
  report.onednn = std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
                  std::to_string(version->patch);
  report.isa = "other";
  const dnnl::cpu_isa effective = dnnl::get_effective_cpu_isa();
  for (const IsaName& candidate : onednn_isas) {
    if (candidate.isa == effective) {
      report.isa = candidate.name;
      report.exact_int8 = candidate.vnni;
      report.native_bf16 = candidate.bf16;
    }
  }
  return report;
}

}  // namespace caloquant
