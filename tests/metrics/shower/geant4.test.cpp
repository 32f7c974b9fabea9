#include <vector>

#include "graph/io/files/h5file.hpp"
#include "metrics/shower/shower_loss.hpp"
#include "tests/metrics/shower/sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

constexpr EnergyUnits file{.scale = 50.0, .power = 1.0};
constexpr EnergyUnits network{.scale = 50.0, .power = 0.85};

/// Real showers: the first five events of ../shared/data/geant4_51x51x25_10events.h5 against the
/// other five. The numbers are what shower_goldens.py prints for that file.
class Geant4 : public ::testing::Test {
 protected:
  static ShowerProfiles sample(std::int64_t first, const ShowerLossOptions& options) {
    const H5File h5 = H5File::open(
        testing::shared_folder() / "data" / "geant4_51x51x25_10events.h5", ErrorKind::data);
    constexpr ImageExtents extents{51, 51, 25};
    std::vector<float> images(5 * cell_count(extents));
    h5.read_rows("/ECAL", first, 5, images);
    return testing::profiles_of(profiles_spec(options, extents, 5, file, network), images);
  }

  /// 13,005 additions per slice of 1.1e-16 at worst, over differences of a tenth of a profile.
  static void expect_loss(const ShowerLossOptions& options, double loss, double dead_output) {
    const ShowerLossResult result = shower_loss(sample(0, options), sample(5, options), options);
    EXPECT_NEAR(result.value, loss, 1e-10 * loss);
    EXPECT_NEAR(result.dead_output, dead_output, 1e-10 * dead_output);
    EXPECT_EQ(result.suspect,
              std::vector<std::string>{"too few events: 5, at least 40 are needed"});
  }
};

TEST_F(Geant4, SumsInGev) {
  CALOQUANT_NEEDS_SHARED();
  expect_loss(shower_loss_preset("talk-2023", "test"), 0.020131442155951071, 0.12022365593040997);
}

TEST_F(Geant4, CellsInGevPerBatch) {
  CALOQUANT_NEEDS_SHARED();
  ShowerLossOptions options = shower_loss_preset("nc-eval", "test");
  options.batch_size = 2;
  options.units = LossUnits::gev;
  expect_loss(options, 1.0163551637999818e-06, 4.054056230339045e-06);
}

TEST_F(Geant4, SumsInNetworkUnits) {
  CALOQUANT_NEEDS_SHARED();
  ShowerLossOptions options = shower_loss_preset("talk-2023", "test");
  options.units = LossUnits::network;
  expect_loss(options, 12189.707094192836, 20923.472035826249);
}

TEST_F(Geant4, CellsInNetworkUnitsPerBatch) {
  CALOQUANT_NEEDS_SHARED();
  ShowerLossOptions options = shower_loss_preset("nc-eval", "test");
  options.batch_size = 2;
  expect_loss(options, 0.0012977652420399701, 0.0080575157629602188);
}

}  // namespace
}  // namespace caloquant
