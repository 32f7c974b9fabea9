// How long threads wait before they sleep is set before libgomp asks, unless the user has said.

#include "tests/tools/cli_fixture.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Waiting : public testing::Cli {
 protected:
  /// What libgomp says of its settings, of the program as a shell starts it.
  [[nodiscard]] std::string settings(const std::string& environment) const {
    testing::Launch request;
    request.command = {"/bin/sh", "-c",
                       "unset OMP_WAIT_POLICY GOMP_SPINCOUNT; export OMP_DISPLAY_ENV=verbose; " +
                           environment + " exec \"" CALOQUANT_BINARY "\" --version"};
    request.folder = folder.path().string();
    const testing::Finished done = testing::launch(request);
    EXPECT_EQ(done.exit_code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("caloquant"));
    return done.err;
  }
};

TEST_F(Waiting, IsShortUnlessTheUserHasSaid) {
  const std::string own = settings("");
  if (own.find("GOMP_SPINCOUNT") == std::string::npos) {
    GTEST_SKIP() << "not libgomp";
  }
  EXPECT_THAT(own, HasSubstr("GOMP_SPINCOUNT = '10000'"));
  EXPECT_THAT(settings("GOMP_SPINCOUNT=77"), Not(HasSubstr("GOMP_SPINCOUNT = '10000'")));
  EXPECT_THAT(settings("OMP_WAIT_POLICY=passive"), Not(HasSubstr("GOMP_SPINCOUNT = '10000'")));
}

}  // namespace
}  // namespace caloquant
