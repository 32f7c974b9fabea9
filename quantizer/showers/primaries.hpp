#pragma once

#include <caloquant/data.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "calibration/data/data_options.hpp"

namespace caloquant {

/// Which primary electrons to draw.
struct Primaries {
  std::uint64_t seed = 1;
  double energy_low = 2.0;       ///< flat between the limits [GeV]
  double energy_high = 500.0;    ///< [GeV]
  std::vector<double> energies;  ///< instead of the range, taken in turn: event i has i mod n [GeV]
  double theta_low_deg = 60.0;   ///< flat between the limits [degrees]
  double theta_high_deg = 120.0;
};

/// Throws UsageError naming --energy or --theta when a range is empty or far outside of what
/// generators are trained on, or when `encoding` does not tell the network the angle and angles are
/// not 90 degrees.
void check(const Primaries& primaries, InputEncoding encoding);

/// The primary of an event: energy and angle are philox::uniform(seed, event, 0) and (seed, event,
/// 1) within their ranges, rounded to f32 as files hold them.
[[nodiscard]] EventLabel draw_primary(const Primaries& primaries, std::int64_t event);

/// Throws UsageError naming `option` unless lowest <= value <= highest.
void check_number(const std::string& option, std::int64_t value, std::int64_t lowest,
                  std::int64_t highest);

inline constexpr std::int64_t most_generated_events = 1'000'000'000;
inline constexpr std::int64_t largest_generated_batch = 65536;

}  // namespace caloquant
