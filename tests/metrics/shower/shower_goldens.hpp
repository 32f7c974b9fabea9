#pragma once

// Written by shower_goldens.py.

#include <array>
#include <caloquant/shower_loss.hpp>

namespace caloquant::testing {

struct LossGolden {
  LossProfile profile;
  LossSpread spread;
  std::size_t batch_size;
  LossUnits units;
  double loss;
  double dead_output;
  double joint_error;       ///< the same block left out of both samples
  double quadrature_error;  ///< blocks left out of one sample at a time
  double noise;             ///< 0: not defined
};

inline constexpr std::array<LossGolden, 36> loss_goldens{{
    {LossProfile::sum, LossSpread::variance, 0, LossUnits::gev, 4.6333994813108777e-06,
     0.036524516963492612, 7.1788360050816513e-06, 6.6851649599556137e-06, 3.1213823382412173e-05},
    {LossProfile::sum, LossSpread::variance, 2, LossUnits::gev, 4.7062947291275106e-06,
     0.036451029918680232, 7.7280685770798663e-06, 7.7556005490813923e-06, 0},
    {LossProfile::sum, LossSpread::variance, 4, LossUnits::gev, 9.9392843059456216e-06,
     0.036315392409029659, 9.5256309584198664e-06, 1.0910851114712644e-05, 0},
    {LossProfile::sum, LossSpread::stddev, 0, LossUnits::gev, 1.5032700382639135e-05,
     0.03721502843150936, 8.6995201833748201e-06, 8.0722774072444737e-06, 4.3019786002541966e-05},
    {LossProfile::sum, LossSpread::stddev, 2, LossUnits::gev, 1.1229431264115719e-05,
     0.036747270820844058, 9.7237281399278215e-06, 9.1342644725292675e-06, 0},
    {LossProfile::sum, LossSpread::stddev, 4, LossUnits::gev, 1.7502886196853005e-05,
     0.036770940023662574, 1.0587581847480936e-05, 1.0478829160697772e-05, 0},
    {LossProfile::cell, LossSpread::variance, 0, LossUnits::gev, 2.3453541364644926e-08,
     0.00014249665898060016, 3.6915527307230592e-08, 3.3996086550733195e-08, 0},
    {LossProfile::cell, LossSpread::variance, 2, LossUnits::gev, 2.264302346775899e-08,
     0.00014221220488641237, 4.3313012696141495e-08, 4.2938883131313106e-08, 0},
    {LossProfile::cell, LossSpread::variance, 4, LossUnits::gev, 4.4490367646495427e-08,
     0.00014168914378788402, 3.9281084970294677e-08, 5.0374409183993535e-08, 0},
    {LossProfile::cell, LossSpread::stddev, 0, LossUnits::gev, 2.5730214064684784e-08,
     0.0002684376251841473, 4.0047798540656482e-08, 3.577074470991943e-08, 0},
    {LossProfile::cell, LossSpread::stddev, 2, LossUnits::gev, 2.4718098633513724e-08,
     0.00026662696876766776, 4.3481917819973092e-08, 4.2080158007103272e-08, 0},
    {LossProfile::cell, LossSpread::stddev, 4, LossUnits::gev, 5.6078890377398898e-08,
     0.00026669406760463157, 4.524798471637178e-08, 5.4757889096326242e-08, 0},
    {LossProfile::sum, LossSpread::variance, 0, LossUnits::file, 0.064728569494178462,
     92.406229219209294, 0.037182418717321988, 0.032888085169316031, 0.15128706784576379},
    {LossProfile::sum, LossSpread::variance, 2, LossUnits::file, 0.03796298406505734,
     91.672267894401813, 0.024453570380933876, 0.022911912704828539, 0},
    {LossProfile::sum, LossSpread::variance, 4, LossUnits::file, 0.060572465109899928,
     91.536928491160921, 0.031849745084906157, 0.031033348242367781, 0},
    {LossProfile::sum, LossSpread::stddev, 0, LossUnits::file, 0.037581750956597548,
     93.037571078773411, 0.021748800458437172, 0.020180693518111192, 0.10754946500635491},
    {LossProfile::sum, LossSpread::stddev, 2, LossUnits::file, 0.028073578160289502,
     91.868177052110198, 0.024309320349819981, 0.022835661181323338, 0},
    {LossProfile::sum, LossSpread::stddev, 4, LossUnits::file, 0.043757215492132295,
     91.92735005915641, 0.026468954618702464, 0.026197072901744417, 0},
    {LossProfile::cell, LossSpread::variance, 0, LossUnits::file, 6.1023000008735351e-05,
     0.38927621539526619, 9.5360350168651977e-05, 8.6642296683045076e-05, 0},
    {LossProfile::cell, LossSpread::variance, 2, LossUnits::file, 5.8487556284573077e-05,
     0.38795097736194473, 0.00010858196482117567, 0.0001067871947568821, 0},
    {LossProfile::cell, LossSpread::variance, 4, LossUnits::file, 0.00012110026508689303,
     0.38688520189603981, 0.00010190037874209331, 0.00012865729372681846, 0},
    {LossProfile::cell, LossSpread::stddev, 0, LossUnits::file, 6.4325535161714915e-05,
     0.67109406296036822, 0.00010011949635164365, 8.9426861774800846e-05, 0},
    {LossProfile::cell, LossSpread::stddev, 2, LossUnits::file, 6.1795246583783679e-05,
     0.66656742191916929, 0.00010870479454993302, 0.00010520039501775789, 0},
    {LossProfile::cell, LossSpread::stddev, 4, LossUnits::file, 0.00014019722594349959,
     0.66673516901157892, 0.0001131199617909295, 0.00013689472274081664, 0},
    {LossProfile::sum, LossSpread::variance, 0, LossUnits::network, 0.071263438196355139,
     109.2999990923397, 0.038480911211869848, 0.034877620383535084, 0.15887383165575808},
    {LossProfile::sum, LossSpread::variance, 2, LossUnits::network, 0.041687778232291021,
     108.50717303132257, 0.025396815527372215, 0.023386147127638784, 0},
    {LossProfile::sum, LossSpread::variance, 4, LossUnits::network, 0.066993827974822617,
     108.34119113753313, 0.033781531270550384, 0.032134228587577474, 0},
    {LossProfile::sum, LossSpread::stddev, 0, LossUnits::network, 0.040339389082067301,
     109.91579337731069, 0.02189295903577727, 0.021145929807719989, 0.11099399640975269},
    {LossProfile::sum, LossSpread::stddev, 2, LossUnits::network, 0.031572644389675816,
     108.69116590917642, 0.024933011805893864, 0.023949601806096277, 0},
    {LossProfile::sum, LossSpread::stddev, 4, LossUnits::network, 0.046249291212863405,
     108.71727746741112, 0.027959232552559537, 0.027423752720674592, 0},
    {LossProfile::cell, LossSpread::variance, 0, LossUnits::network, 6.4354912262164763e-05,
     0.45776548768859315, 9.4951682263876762e-05, 8.8523785771168516e-05, 0},
    {LossProfile::cell, LossSpread::variance, 2, LossUnits::network, 6.404289440998128e-05,
     0.45631242815983608, 0.00011330186157225562, 0.00011269281091748584, 0},
    {LossProfile::cell, LossSpread::variance, 4, LossUnits::network, 0.00012906545708932064,
     0.45509624865686665, 0.00011189287160207546, 0.00013818904651515226, 0},
    {LossProfile::cell, LossSpread::stddev, 0, LossUnits::network, 6.6794507509847554e-05,
     0.74999166316711452, 9.7528523313792154e-05, 8.9539497804762741e-05, 0},
    {LossProfile::cell, LossSpread::stddev, 2, LossUnits::network, 6.6709774620101476e-05,
     0.74546987275602583, 0.00011200286002850084, 0.00011040433219791135, 0},
    {LossProfile::cell, LossSpread::stddev, 4, LossUnits::network, 0.00014488466895130404,
     0.745530006932139, 0.00012017792207182208, 0.00014415158435730291, 0},
}};

}  // namespace caloquant::testing
