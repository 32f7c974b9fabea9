#pragma once

#include <caloquant/data.hpp>
#include <cstdint>
#include <span>

#include "calibration/data/data_options.hpp"

namespace caloquant {

/// Smallest latent size an encoding can fill.
[[nodiscard]] std::int64_t smallest_latent(InputEncoding encoding) noexcept;

/// Latent vectors [n, L] of events first_event, first_event + 1, ... with these labels; noise
/// component j of an event is the standard normal philox::normal(seed, event, j), so that a latent
/// depends only on the seed, the event's number and its label. L = latent_size >=
/// smallest_latent(encoding).
void fill_latents(InputEncoding encoding, std::uint64_t seed, std::int64_t first_event,
                  std::span<const EventLabel> labels, std::int64_t latent_size,
                  std::span<float> dst);

}  // namespace caloquant
