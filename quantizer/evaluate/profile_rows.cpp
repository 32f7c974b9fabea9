#include "quantizer/evaluate/profile_rows.hpp"

#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {

void ProfileRows::add(std::span<const float> images, int threads) {
  const std::size_t cells = cell_count(spec_.extents);
  const std::size_t slices = slice_count(spec_.extents);
  const std::size_t before = events();
  const auto count = static_cast<std::int64_t>(images.size() / cells);
  const std::size_t after = before + static_cast<std::size_t>(count);
  CALOQUANT_EXPECT(images.size() == (after - before) * cells);
  not_finite_.resize(after);
  sums_.resize(after * slices);
  squares_.resize(spec_.profile == LossProfile::cell ? after * slices : 0);
  const auto row = [slices](std::vector<double>& values, std::size_t event) {
    return values.empty() ? std::span<double>() : std::span(values).subspan(event * slices, slices);
  };
#pragma omp parallel for schedule(static) num_threads(within_reason(threads)) if (threads > 1)
  for (std::int64_t event = 0; event < count; ++event) {
    const std::size_t index = before + static_cast<std::size_t>(event);
    not_finite_[index] =
        slice_sums(images.subspan(static_cast<std::size_t>(event) * cells, cells), spec_.extents,
                   spec_.convert, row(sums_, index), row(squares_, index));
  }
}

ShowerProfiles ProfileRows::first(std::size_t events) const {
  CALOQUANT_EXPECT(events > 0 && events <= this->events());
  const std::size_t slices = slice_count(spec_.extents);
  ShowerProfiles::Spec spec = spec_;
  spec.events = events;
  ShowerProfiles profiles(spec);
  for (std::size_t event = 0; event < events; ++event) {
    const auto row = [&](const std::vector<double>& values) {
      return values.empty() ? std::span<const double>()
                            : std::span(values).subspan(event * slices, slices);
    };
    profiles.add_event(row(sums_), row(squares_), not_finite_[event]);
  }
  return profiles;
}

}  // namespace caloquant
