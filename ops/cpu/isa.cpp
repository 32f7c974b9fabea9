#include "ops/cpu/isa.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <cstdlib>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Isa> isa_names({{Isa::portable, "portable"},
                                    {Isa::avx2, "avx2"},
                                    {Isa::avx512, "avx512"},
                                    {Isa::avx_vnni, "avx_vnni"},
                                    {Isa::avx512_vnni, "avx512_vnni"}});

#if defined(__x86_64__)
bool has_avx_vnni() {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  // CPUID leaf 7, sub-leaf 1: EAX bit 4.
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & (1U << 4)) != 0;
}

std::vector<Isa> detect() {
  std::vector<Isa> isas{Isa::portable};
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    return isas;
  }
  isas.push_back(Isa::avx2);
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (avx512) {
    isas.push_back(Isa::avx512);
  }
  if (has_avx_vnni()) {
    isas.push_back(Isa::avx_vnni);
  }
  if (avx512 && __builtin_cpu_supports("avx512vnni")) {
    isas.push_back(Isa::avx512_vnni);
  }
  return isas;
}
#else
std::vector<Isa> detect() {
  return {Isa::portable};
}
#endif

/// What DNNL_MAX_CPU_ISA leaves (oneDNN takes its names in any case); everything when it names a
/// set that is not listed.
Isa onednn_limit() {
  constexpr std::array<std::pair<std::string_view, Isa>, 5> limits{{
      {"SSE41", Isa::portable},
      {"AVX", Isa::portable},
      {"AVX2", Isa::avx2},
      {"AVX2_VNNI", Isa::avx_vnni},
      {"AVX512_CORE", Isa::avx512},
  }};
  const char* wish = std::getenv("DNNL_MAX_CPU_ISA");
  if (wish == nullptr) {
    return Isa::avx512_vnni;
  }
  std::string name(wish);
  std::ranges::transform(name, name.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  const auto* found = std::find_if(limits.begin(), limits.end(),
                                   [&](const auto& limit) { return limit.first == name; });
  return found == limits.end() ? Isa::avx512_vnni : found->second;
}

Isa own_limit() {
  const char* wish = std::getenv("CALOQUANT_MAX_ISA");
  if (wish == nullptr || *wish == '\0') {
    return Isa::avx512_vnni;
  }
  const auto isa = enum_from<Isa>(wish);
  if (!isa) {
    throw UsageError("CALOQUANT_MAX_ISA", "'" + std::string(wish) + "' is no instruction set",
                     "portable, avx2, avx512, avx_vnni and avx512_vnni are");
  }
  return *isa;
}

}  // namespace

std::string_view name_of(Isa isa) noexcept {
  return isa_names[isa];
}

const std::vector<Isa>& runnable_isas() {
  static const std::vector<Isa> isas = detect();
  return isas;
}

Isa active_isa() {
  const Isa limit = std::min(onednn_limit(), own_limit());
  Isa best = Isa::portable;
  for (const Isa isa : runnable_isas()) {
    best = isa <= limit ? isa : best;
  }
  return best;
}

}  // namespace caloquant
