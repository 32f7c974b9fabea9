#pragma once

// Vectors of eight lanes in AVX2; only for translation units compiled with -mavx2 -mfma.

#include <immintrin.h>

#include <cstdint>

namespace caloquant::direct {
namespace {

struct Avx2 {
  static constexpr int lanes = 8;
  using F = __m256;
  using I = __m256i;

  static F zero_f() { return _mm256_setzero_ps(); }
  static I zero_i() { return _mm256_setzero_si256(); }
  static F broadcast(float x) { return _mm256_set1_ps(x); }
  static I broadcast(std::int32_t x) { return _mm256_set1_epi32(x); }
  static F load_f(const void* p) { return _mm256_loadu_ps(static_cast<const float*>(p)); }
  static I load_i(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static void store(std::uint32_t* p, I a) {
    _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(p)), a);
  }
  static void store_part(std::uint32_t* p, I a, std::int64_t count) {
    const I index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const I mask = _mm256_cmpgt_epi32(broadcast(static_cast<std::int32_t>(count)), index);
    _mm256_maskstore_epi32(static_cast<int*>(static_cast<void*>(p)), mask, a);
  }
  /// Lanes [from, to) of a to p + from and on.
  static void store_between(std::uint32_t* p, I a, std::int64_t from, std::int64_t to) {
    const I index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const I before_end = _mm256_cmpgt_epi32(broadcast(static_cast<std::int32_t>(to)), index);
    const I too_early = _mm256_cmpgt_epi32(broadcast(static_cast<std::int32_t>(from)), index);
    _mm256_maskstore_epi32(static_cast<int*>(static_cast<void*>(p)),
                           _mm256_andnot_si256(too_early, before_end), a);
  }
  /// The low bits of every lane, one behind the other.
  template <int low>
  static void store_low(std::uint32_t* p, I a) {
    constexpr char no = -1;
    const I first_bytes = _mm256_broadcastsi128_si256(
        low == 8 ? _mm_setr_epi8(0, 4, 8, 12, no, no, no, no, no, no, no, no, no, no, no, no)
                 : _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, no, no, no, no, no, no, no, no));
    const I halves = _mm256_shuffle_epi8(a, first_bytes);
    std::uint32_t* const second = p + low / 8;
    if constexpr (low == 8) {
      *p = static_cast<std::uint32_t>(_mm256_extract_epi32(halves, 0));
      *second = static_cast<std::uint32_t>(_mm256_extract_epi32(halves, 4));
    } else {
      _mm_storel_epi64(static_cast<__m128i*>(static_cast<void*>(p)),
                       _mm256_castsi256_si128(halves));
      _mm_storel_epi64(static_cast<__m128i*>(static_cast<void*>(second)),
                       _mm256_extracti128_si256(halves, 1));
    }
  }
  static I bits(F a) { return _mm256_castps_si256(a); }
  /// The nearest bfloat16, half to even, in the upper half; NaN stays.
  static I bf16_bits(F a) {
    const I odd = _mm256_and_si256(_mm256_srli_epi32(bits(a), 16), broadcast(1));
    const I sum = add(bits(a), add(odd, broadcast(0x7FFF)));
    const F rounded = _mm256_castsi256_ps(_mm256_andnot_si256(broadcast(0xFFFF), sum));
    return bits(_mm256_blendv_ps(rounded, a, _mm256_cmp_ps(a, a, _CMP_UNORD_Q)));
  }
  static F to_float(F a) { return a; }
  static F to_float(I a) { return _mm256_cvtepi32_ps(a); }
  static I round(F a) { return _mm256_cvtps_epi32(a); }  // half to even, the default mode
  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F div(F a, F b) { return _mm256_div_ps(a, b); }
  static F max(F a, F b) { return _mm256_max_ps(a, b); }
  static F min(F a, F b) { return _mm256_min_ps(a, b); }
  static F if_not_negative(F a, F b) {
    return _mm256_blendv_ps(b, a, _mm256_cmp_ps(a, zero_f(), _CMP_GE_OQ));
  }
  static I add(I a, I b) { return _mm256_add_epi32(a, b); }
  static I low_half(I a) { return _mm256_and_si256(a, broadcast(0xFFFF)); }
  static I either(I a, I b) { return _mm256_or_si256(a, b); }
  static I both(I a, I b) { return _mm256_and_si256(a, b); }
  static I up_by(I a, std::int32_t count) { return _mm256_sllv_epi32(a, broadcast(count)); }
  static I down_by(I a, std::int32_t count) { return _mm256_srlv_epi32(a, broadcast(count)); }
  template <int bits_up>
  static I up(I a) {
    return _mm256_slli_epi32(a, bits_up);
  }
};

struct Avx2F32 : Avx2 {
  using X = F;
  using A = F;
  static X load(const void* p) { return load_f(p); }
  static X spread(const void* p) { return _mm256_broadcast_ss(static_cast<const float*>(p)); }
  static A dot(A sum, X x, X w) { return _mm256_fmadd_ps(x, w, sum); }
};

struct Avx2S16 : Avx2 {
  using X = I;
  using A = I;
  static X load(const void* p) { return load_i(p); }
  static X spread(const void* p) {
    return _mm256_castps_si256(_mm256_broadcast_ss(static_cast<const float*>(p)));
  }
  static A dot(A sum, X x, X w) { return _mm256_add_epi32(sum, _mm256_madd_epi16(x, w)); }
};

#if defined(__AVXVNNI__)
struct AvxVnniS16 : Avx2S16 {
  static A dot(A sum, X x, X w) { return _mm256_dpwssd_avx_epi32(sum, x, w); }
};

struct AvxVnniU8 : Avx2S16 {
  static A dot(A sum, X x, X w) { return _mm256_dpbusd_avx_epi32(sum, x, w); }
};
#endif

}  // namespace
}  // namespace caloquant::direct
