#pragma once

// Written by physics_goldens.py.

#include <array>
#include <cstdint>

namespace caloquant::testing {

inline constexpr std::array<double, 22> golden_features{100,
                                                        1.3999999999999999,
                                                        41.905114329522377,
                                                        0.41905114329522375,
                                                        178,
                                                        180,
                                                        1.9802397851188072,
                                                        2.593659787196692,
                                                        3.8692939527845027,
                                                        2.1103354463510269,
                                                        2.9196990398554203,
                                                        6.0673541256222911,
                                                        0.18027507799334164,
                                                        -0.083848615003156518,
                                                        0.93951710413391598,
                                                        0.34265162164972379,
                                                        0.36460918205734089,
                                                        0.29273919629293521,
                                                        1,
                                                        3,
                                                        2,
                                                        1.4307058385196991};
inline constexpr std::array<double, 14> golden_sparsity{0.75555555555555554, 0.75555555555555554,
                                                        0.75555555555555554, 0.75555555555555554,
                                                        0.75185185185185188, 0.74444444444444446,
                                                        0.7407407407407407,  0.72962962962962963,
                                                        0.71481481481481479, 0.68148148148148147,
                                                        0.62592592592592589, 0.52222222222222225,
                                                        0.33333333333333331, 0};
inline constexpr std::array<std::uint64_t, 102> golden_spectrum{
    13,  1,   0,   0,   1,   1,   3,   1,   1,   1,   1,   3,   2,   1,   5,   3,   3,
    3,   3,   6,   2,   5,   4,   5,   4,   6,   6,   7,   7,   8,   10,  9,   8,   9,
    13,  13,  14,  14,  14,  19,  15,  17,  20,  21,  25,  26,  27,  31,  34,  33,  35,
    37,  43,  48,  52,  53,  56,  63,  67,  76,  74,  85,  92,  95,  107, 116, 118, 135,
    142, 155, 163, 174, 196, 207, 219, 240, 260, 280, 298, 327, 349, 371, 408, 437, 472,
    503, 549, 586, 640, 681, 736, 796, 854, 278, 0,   0,   0,   0,   0,   0,   0,   0};
inline constexpr double golden_wasserstein = 0.12121135368451175;
inline constexpr double golden_weighted_wasserstein = 0.11576691816957801;
inline constexpr double golden_ks = 0.11666666666666667;
inline constexpr double golden_separation = 0.052297297297297304;
inline constexpr double golden_wasserstein_error_apart = 0.052309050656618596;
inline constexpr double golden_ratio_error_apart = 0.0037449135967301378;
inline constexpr double golden_difference_error_apart = 0.15167254992764617;
inline constexpr double golden_wasserstein_error_paired = 0.050465396367346753;
inline constexpr double golden_ratio_error_paired = 0.0035384019754231876;
inline constexpr double golden_difference_error_paired = 0.14330893849630694;
inline constexpr double golden_ratio = 0.99960924019085107;
inline constexpr double golden_resolution_difference = -0.0021885372188784058;
inline constexpr double golden_resolution_error = 0.003355254682681674;
inline constexpr double golden_profile_error = 0.0021654449498450094;
inline constexpr double golden_profile_wasserstein = 0.0012913210927942564;
inline constexpr double golden_correlation = 0.71040409156580397;
inline constexpr double golden_correlation_score = 0.0162739777608557;
inline constexpr double golden_frechet = 0.00055092045182153493;
inline constexpr double golden_discrepancy = -0.0064507512227827135;
inline constexpr double golden_paired_discrepancy = -0.00056335883150282484;
inline constexpr std::array<double, 10> golden_line_x{
    0.10000000000000001,  0.050000000000000003, 0.033333333333333333, 0.025000000000000001, 0.02,
    0.016666666666666666, 0.014285714285714285, 0.012500000000000001, 0.011111111111111112, 0.01};
inline constexpr std::array<double, 10> golden_line_free{
    0.50862318872287682, 0.40964966028492117, 0.36326954854263099, 0.35991202811863471,
    0.34408082061813389, 0.32758751664814212, 0.32709141225521893, 0.33497798279178581,
    0.32337502171767973, 0.31160928470923549};
inline constexpr std::array<double, 2> golden_fit_free{0.2991213093478915, 0.003140402019657602};
inline constexpr std::array<double, 10> golden_line_flat{
    0.099999999999999978, 0.19999999999999998, 0.23333333333333334, 0.25,
    0.26000000000000001,  0.26666666666666666, 0.27142857142857141, 0.27499999999999997,
    0.27777777777777779,  0.27999999999999997};
inline constexpr std::array<double, 2> golden_fit_flat{0.2414206349206349, 0.027836735776021942};
inline constexpr std::array<double, 10> golden_line_steep{
    0.25000000000000006,    0.10000000000000002,   0.050000000000000003,
    0.025000000000000008,   0.009999999999999995,  0,
    -0.0071428571428571452, -0.012499999999999997, -0.01666666666666667,
    -0.020000000000000004};
inline constexpr std::array<double, 2> golden_fit_steep{2.0109207706098579e-26,
                                                        0.017677669509290068};
inline constexpr std::array<double, 3> golden_quantiles{39.583135576528932, 40.68294709185237,
                                                        41.296615150277738};

}  // namespace caloquant::testing
