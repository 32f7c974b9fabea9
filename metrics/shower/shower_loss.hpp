#pragma once

#include <caloquant/loss_result.hpp>
#include <caloquant/shower_loss.hpp>

#include "metrics/shower/shower_profiles.hpp"

namespace caloquant {

/// The loss of `test` against `reference`, with its standard error, dead-output loss and trust.
/// Both must be complete, of equal extents, and accumulated with the profile, batch size and units
/// of `options`; with fp32_paired, event i of one belongs to event i of the other.
///
/// Standard error: delete-one-block jackknife, sqrt((G - 1) / G * sum over j of (L_j - mean L)^2).
/// With fp32_paired, and with a dataset of as many events (the showers were made for the energies
/// and angles of its events), block j is left out of both samples: what events share cancels, and
/// independent samples lose nothing by it. Otherwise the errors from leaving blocks out of one
/// sample at a time are added in quadrature.
[[nodiscard]] ShowerLossResult shower_loss(const ShowerProfiles& test,
                                           const ShowerProfiles& reference,
                                           const ShowerLossOptions& options);

/// The same as any metric says it.
[[nodiscard]] LossResult summary(const ShowerLossResult& loss, const ShowerLossOptions& options);

}  // namespace caloquant
