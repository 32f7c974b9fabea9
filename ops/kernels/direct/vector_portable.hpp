#pragma once

// Vectors of eight lanes in plain C++, for the compiler to make of them what the target has.

#include <cstdint>
#include <cstring>

namespace caloquant::direct {
namespace {

struct Portable {
  static constexpr int lanes = 8;
  struct F {
    float v[8];
  };
  struct I {
    std::int32_t v[8];
  };

  template <typename R, typename Function>
  static R each(Function function) {
    R result{};
    for (int i = 0; i < lanes; ++i) {
      result.v[i] = function(i);
    }
    return result;
  }

  static F zero_f() { return F{}; }
  static I zero_i() { return I{}; }
  static F broadcast(float x) {
    return each<F>([=](int) { return x; });
  }
  static I broadcast(std::int32_t x) {
    return each<I>([=](int) { return x; });
  }
  static F load_f(const void* p) {
    F r{};
    std::memcpy(&r, p, sizeof(r));
    return r;
  }
  static I load_i(const void* p) {
    I r{};
    std::memcpy(&r, p, sizeof(r));
    return r;
  }
  static void store(std::uint32_t* p, const I& a) { std::memcpy(p, &a, sizeof(a)); }
  static void store_part(std::uint32_t* p, const I& a, std::int64_t count) {
    std::memcpy(p, &a, static_cast<std::size_t>(count) * sizeof(std::int32_t));
  }
  /// Lanes [from, to) of a to p + from and on.
  static void store_between(std::uint32_t* p, const I& a, std::int64_t from, std::int64_t to) {
    std::memcpy(p + from, a.v + from, static_cast<std::size_t>(to - from) * sizeof(std::int32_t));
  }
  /// The low bits of every lane, one behind the other.
  template <int low>
  static void store_low(std::uint32_t* p, const I& a) {
    constexpr int per_lane = 32 / low;
    constexpr std::uint32_t mask = (1U << low) - 1U;
    for (int i = 0; i < lanes / per_lane; ++i) {
      p[i] = 0;
      for (int part = 0; part < per_lane; ++part) {
        p[i] |= (static_cast<std::uint32_t>(a.v[i * per_lane + part]) & mask) << (part * low);
      }
    }
  }
  static I bits(const F& a) {
    I r{};
    std::memcpy(&r, &a, sizeof(r));
    return r;
  }
  /// The nearest bfloat16, half to even, in the upper half; NaN stays.
  static I bf16_bits(const F& a) {
    const I all = bits(a);
    return each<I>([&](int i) {
      const auto one = static_cast<std::uint32_t>(all.v[i]);
      const std::uint32_t rounded = (one + 0x7FFFU + ((one >> 16U) & 1U)) & 0xFFFF0000U;
      return static_cast<std::int32_t>(a.v[i] == a.v[i] ? rounded : one);
    });
  }
  static F to_float(const F& a) { return a; }
  static F to_float(const I& a) {
    return each<F>([&](int i) { return static_cast<float>(a.v[i]); });
  }
  /// Half to even; |a| must be below 2^22.
  static I round(const F& a) {
    return each<I>([&](int i) {
      constexpr float rounder = 12582912.0F;
      return static_cast<std::int32_t>((a.v[i] + rounder) - rounder);
    });
  }
  static F add(const F& a, const F& b) {
    return each<F>([&](int i) { return a.v[i] + b.v[i]; });
  }
  static F mul(const F& a, const F& b) {
    return each<F>([&](int i) { return a.v[i] * b.v[i]; });
  }
  static F div(const F& a, const F& b) {
    return each<F>([&](int i) { return a.v[i] / b.v[i]; });
  }
  static F max(const F& a, const F& b) {  // b where they are equal or unordered
    return each<F>([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
  }
  static F min(const F& a, const F& b) {
    return each<F>([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
  }
  /// a where a >= 0, else b.
  static F if_not_negative(const F& a, const F& b) {
    return each<F>([&](int i) { return a.v[i] >= 0.0F ? a.v[i] : b.v[i]; });
  }
  static I add(const I& a, const I& b) {
    return each<I>([&](int i) { return a.v[i] + b.v[i]; });
  }
  static I low_half(const I& a) {
    return each<I>([&](int i) { return a.v[i] & 0xFFFF; });
  }
  static I either(const I& a, const I& b) {
    return each<I>([&](int i) { return a.v[i] | b.v[i]; });
  }
  static I both(const I& a, const I& b) {
    return each<I>([&](int i) { return a.v[i] & b.v[i]; });
  }
  static I up_by(const I& a, std::int32_t count) {
    return each<I>([&](int i) {
      return static_cast<std::int32_t>(static_cast<std::uint32_t>(a.v[i]) << count);
    });
  }
  static I down_by(const I& a, std::int32_t count) {
    return each<I>([&](int i) {
      return static_cast<std::int32_t>(static_cast<std::uint32_t>(a.v[i]) >> count);
    });
  }
  template <int bits_up>
  static I up(const I& a) {
    return each<I>([&](int i) {
      return static_cast<std::int32_t>(static_cast<std::uint32_t>(a.v[i]) << bits_up);
    });
  }
};

struct PortableF32 : Portable {
  using X = F;
  using A = F;
  static X load(const void* p) { return load_f(p); }
  static X spread(const void* p) {
    float x = 0.0F;
    std::memcpy(&x, p, sizeof(x));
    return broadcast(x);
  }
  static A dot(const A& sum, const X& x, const X& w) { return add(sum, mul(x, w)); }
};

struct PortableS16 : Portable {
  using X = I;
  using A = I;
  static X load(const void* p) { return load_i(p); }
  static X spread(const void* p) {
    std::int32_t x = 0;
    std::memcpy(&x, p, sizeof(x));
    return broadcast(x);
  }
  static A dot(const A& sum, const X& x, const X& w) {
    return each<I>([&](int i) {
      const auto low = [](std::int32_t pair) { return static_cast<std::int16_t>(pair); };
      const auto high = [](std::int32_t pair) { return static_cast<std::int16_t>(pair >> 16); };
      return sum.v[i] + low(x.v[i]) * low(w.v[i]) + high(x.v[i]) * high(w.v[i]);
    });
  }
};

}  // namespace
}  // namespace caloquant::direct
