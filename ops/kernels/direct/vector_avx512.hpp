#pragma once

// Vectors of sixteen lanes; only for translation units compiled with -mavx512f -mavx512bw
// -mavx512vl -mavx512dq (and -mavx512vnni).

#include <immintrin.h>

#include <cstdint>

namespace caloquant::direct {
namespace {

struct Avx512 {
  static constexpr int lanes = 16;
  using F = __m512;
  using I = __m512i;

  static F zero_f() { return _mm512_setzero_ps(); }
  static I zero_i() { return _mm512_setzero_si512(); }
  static F broadcast(float x) { return _mm512_set1_ps(x); }
  static I broadcast(std::int32_t x) { return _mm512_set1_epi32(x); }
  static F load_f(const void* p) { return _mm512_loadu_ps(p); }
  static I load_i(const void* p) { return _mm512_loadu_si512(p); }
  static void store(std::uint32_t* p, I a) { _mm512_storeu_si512(p, a); }
  static void store_part(std::uint32_t* p, I a, std::int64_t count) {
    _mm512_mask_storeu_epi32(p, static_cast<__mmask16>((1U << count) - 1U), a);
  }
  /// Lanes [from, to) of a to p + from and on.
  static void store_between(std::uint32_t* p, I a, std::int64_t from, std::int64_t to) {
    _mm512_mask_storeu_epi32(p, static_cast<__mmask16>((1U << to) - (1U << from)), a);
  }
  /// The low bits of every lane, one behind the other.
  template <int low>
  static void store_low(std::uint32_t* p, I a) {
    if constexpr (low == 8) {
      _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(p)), _mm512_cvtepi32_epi8(a));
    } else {
      _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(p)), _mm512_cvtepi32_epi16(a));
    }
  }
  static I bits(F a) { return _mm512_castps_si512(a); }
  /// The nearest bfloat16, half to even, in the upper half; NaN stays.
  static I bf16_bits(F a) {
    const I odd = _mm512_and_si512(_mm512_srli_epi32(bits(a), 16), broadcast(1));
    const I sum = add(bits(a), add(odd, broadcast(0x7FFF)));
    const I rounded = _mm512_andnot_si512(broadcast(0xFFFF), sum);
    return _mm512_mask_blend_epi32(_mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), rounded, bits(a));
  }
  static F to_float(F a) { return a; }
  static F to_float(I a) { return _mm512_cvtepi32_ps(a); }
  static I round(F a) { return _mm512_cvtps_epi32(a); }
  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F div(F a, F b) { return _mm512_div_ps(a, b); }
  static F max(F a, F b) { return _mm512_max_ps(a, b); }
  static F min(F a, F b) { return _mm512_min_ps(a, b); }
  static F if_not_negative(F a, F b) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, zero_f(), _CMP_GE_OQ), b, a);
  }
  static I add(I a, I b) { return _mm512_add_epi32(a, b); }
  static I low_half(I a) { return _mm512_and_si512(a, broadcast(0xFFFF)); }
  static I either(I a, I b) { return _mm512_or_si512(a, b); }
  static I both(I a, I b) { return _mm512_and_si512(a, b); }
  static I up_by(I a, std::int32_t count) { return _mm512_sllv_epi32(a, broadcast(count)); }
  static I down_by(I a, std::int32_t count) { return _mm512_srlv_epi32(a, broadcast(count)); }
  template <int bits_up>
  static I up(I a) {
    return _mm512_slli_epi32(a, bits_up);
  }
};

struct Avx512F32 : Avx512 {
  using X = F;
  using A = F;
  static X load(const void* p) { return load_f(p); }
  static X spread(const void* p) { return _mm512_set1_ps(*static_cast<const float*>(p)); }
  static A dot(A sum, X x, X w) { return _mm512_fmadd_ps(x, w, sum); }
};

struct Avx512S16 : Avx512 {
  using X = I;
  using A = I;
  static X load(const void* p) { return load_i(p); }
  static X spread(const void* p) { return _mm512_set1_epi32(*static_cast<const std::int32_t*>(p)); }
  static A dot(A sum, X x, X w) { return _mm512_add_epi32(sum, _mm512_madd_epi16(x, w)); }
};

#if defined(__AVX512VNNI__)
struct Avx512VnniS16 : Avx512S16 {
  static A dot(A sum, X x, X w) { return _mm512_dpwssd_epi32(sum, x, w); }
};

struct Avx512VnniU8 : Avx512S16 {
  static A dot(A sum, X x, X w) { return _mm512_dpbusd_epi32(sum, x, w); }
};
#endif

}  // namespace
}  // namespace caloquant::direct
