#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include "tools/cli/command_line.hpp"

#include "ops/core/number.hpp"

namespace caloquant::cli {

// Numbers on the command line. CLI11 alone takes nan and inf, saturates integers at 64 bits and
// reads 010 as 8; every option that takes a number has one of these in front of that
// (tests/tools/numbers.test.cpp walks all options of all commands).

/// Takes decimal numbers in the range.
[[nodiscard]] ArgumentRule number_in(const NumberRange& range);

/// Takes whole numbers from `least` to `most`.
[[nodiscard]] ArgumentRule integer_in(std::int64_t least, std::int64_t most);

/// Takes whole numbers from 0 to 2^64 - 1.
[[nodiscard]] ArgumentRule seed_number();

/// Takes texts for which `parse` throws no UsageError.
[[nodiscard]] ArgumentRule text_for(std::function<void(const std::string&)> parse);

inline constexpr std::int64_t most_events = 1'000'000'000;
inline constexpr std::int64_t most_per_call = 65536;

/// --batch: events per call.
Option* add_batch(Command& command, std::int64_t& batch);

/// A scale or power of EnergyUnits: GeV = out^(1/power) / scale.
[[nodiscard]] ArgumentRule unit_number();

}  // namespace caloquant::cli
