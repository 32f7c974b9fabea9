// Made by range_goldens.py.
#pragma once

#include <array>
#include <caloquant/range.hpp>

#include "calibration/observers/local_error.hpp"

namespace caloquant::testing {

struct RangeGolden {
  const char* name;
  Range minmax, percentile_99, percentile_9999;
  Range laplace, gauss, likelier, kl, moving_average;
  double smallest_squared_error;
  LocalError minmax_error, percentile_99_error;
  double sum;  ///< of the values: are they the same?
};

inline constexpr std::array range_goldens{
    RangeGolden{.name = "rectified",
                .minmax = {0.0F, 1981.6824951171875F},
                .percentile_99 = {0.0F, 81.6310806274414F},
                .percentile_9999 = {0.0F, 1767.0023193359375F},
                .laplace = {0.0F, 69.14019012451172F},
                .gauss = {0.0F, 178.81423950195312F},
                .likelier = {0.0F, 69.14019012451172F},
                .kl = {0.0F, 338.0F},
                .moving_average = {0.0F, 944.3777465820312F},
                .smallest_squared_error = 92620.79651294902,
                .minmax_error = {0.0015052598131407165, 0.009852750935045436},
                .percentile_99_error = {0.7600127344168718, 0.09432409989761673},
                .sum = 217590.55001771473},
    RangeGolden{.name = "signed",
                .minmax = {-3.3977928161621094F, 3.9891233444213867F},
                .percentile_99 = {-2.890369415283203F, 2.890369415283203F},
                .percentile_9999 = {-3.3977928161621094F, 3.8655805587768555F},
                .laplace = {-3.3977928161621094F, 3.9891233444213867F},
                .gauss = {-3.3977928161621094F, 3.9891233444213867F},
                .likelier = {-3.3977928161621094F, 3.9891233444213867F},
                .kl = {-3.3977928161621094F, 3.974609375F},
                .moving_average = {-3.175368547439575F, 3.8114864826202393F},
                .smallest_squared_error = 3.3869261634757226,
                .minmax_error = {5.171962024965713e-05, 9.228374797076847e-10},
                .percentile_99_error = {0.0009661005390282962, 1.8008273023315518e-05},
                .sum = 12309.440830111504},
    RangeGolden{.name = "negative",
                .minmax = {-616781.4375F, 0.0F},
                .percentile_99 = {-6682.267578125F, 0.0F},
                .percentile_9999 = {-616781.4375F, 0.0F},
                .laplace = {-6442.74658203125F, 0.0F},
                .gauss = {-46476.26953125F, 0.0F},
                .likelier = {-6442.74658203125F, 0.0F},
                .kl = {-180736.0F, 0.0F},
                .moving_average = {-37079.7890625F, 0.0F},
                .smallest_squared_error = 141776985.71277672,
                .minmax_error = {0.00023498301592247633, 0.0},
                .percentile_99_error = {0.9477035103285977, 0.0},
                .sum = -2866794.2697874163}};

/// alpha over b or sigma for 2 to 10 bits.
inline constexpr std::array aciq_laplace_goldens{
    2.8306829893702337, 3.8972294649451027, 5.028640136236213,
    6.204766334013321,  7.4131262138435705, 8.645619984034424,
    9.896759770017528,  11.162685017743998, 12.44059128290536};
/// alpha over b or sigma for 2 to 10 bits.
inline constexpr std::array aciq_gauss_goldens{
    1.7106351709645007, 2.151592748332369,  2.5591364662430753,
    2.9362006170067088, 3.2869142206872564, 3.6151142212949217,
    3.9240354964231385, 4.216329832640547,  4.494160536796421};

}  // namespace caloquant::testing
