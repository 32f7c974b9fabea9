#include "calibration/data/latents.hpp"

#include "ops/core/check.hpp"
#include "ops/core/enums.hpp"
#include "ops/core/philox.hpp"

namespace caloquant {
namespace {

constexpr double energy_unit = 100.0;  // [GeV]

constexpr EnumNames<InputEncoding> input_encodings(
    {{InputEncoding::energy_angle_noise, "energy_angle_noise"},
     {InputEncoding::energy_times_noise, "energy_times_noise"}});

}  // namespace

std::string_view name_of(InputEncoding encoding) noexcept {
  return input_encodings[encoding];
}

std::int64_t smallest_latent(InputEncoding encoding) noexcept {
  return encoding == InputEncoding::energy_angle_noise ? 2 : 1;
}

void fill_latents(InputEncoding encoding, std::uint64_t seed, std::int64_t first_event,
                  std::span<const EventLabel> labels, std::int64_t latent_size,
                  std::span<float> dst) {
  CALOQUANT_EXPECT(latent_size >= smallest_latent(encoding));
  const auto size = static_cast<std::size_t>(latent_size);
  CALOQUANT_EXPECT(dst.size() == labels.size() * size);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::uint64_t event = static_cast<std::uint64_t>(first_event) + i;
    const std::span<float> latent = dst.subspan(i * size, size);
    const auto energy = static_cast<float>(labels[i].energy / energy_unit);
    switch (encoding) {
      case InputEncoding::energy_angle_noise:
        latent[0] = energy;
        latent[1] = static_cast<float>(labels[i].theta);
        philox::fill_normal(seed, event, latent.subspan(2));
        break;
      case InputEncoding::energy_times_noise:
        philox::fill_normal(seed, event, latent);
        for (float& component : latent) {
          component *= energy;
        }
        break;
    }
  }
}

}  // namespace caloquant
