#pragma once

#include <cstdint>
#include <string>

#include "calibration/data/data_options.hpp"
#include "calibration/showers/primaries.hpp"

namespace caloquant {

/// Throws UsageError naming --energy or --theta when a range is empty or far outside of what
/// generators are trained on, or when `encoding` does not tell the network the angle and angles are
/// not 90 degrees.
void check(const Primaries& primaries, InputEncoding encoding);

/// Says of each range that leaves what networks of the encoding are trained on
/// (default_generate_options()) that showers there are extrapolated. Empty when none does. Throws
/// as check().
[[nodiscard]] std::vector<std::string> beyond_training(const Primaries& primaries,
                                                       InputEncoding encoding);

/// draw_electron() as the label of the event.
[[nodiscard]] EventLabel draw_primary(const Primaries& primaries, std::int64_t event);

/// Throws UsageError naming `option` unless lowest <= value <= highest.
void check_number(const std::string& option, std::int64_t value, std::int64_t lowest,
                  std::int64_t highest);

inline constexpr std::int64_t most_generated_events = 1'000'000'000;
inline constexpr std::int64_t largest_generated_batch = 65536;

}  // namespace caloquant
