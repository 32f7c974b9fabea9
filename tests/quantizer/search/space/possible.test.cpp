#include "quantizer/search/space/possible.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

TEST(PossibleConfigurations, NameTheLayerThatCannotHaveItsPrecision) {
  const TuningSpace space({default_layer_spec("conv", "conv"),
                           fp32_layer_spec("product", "dense", "its weights are not constant")},
                          {}, "run.json");
  TuningConfig config;
  config.set("conv", LayerChoice{Precision::int8});
  config.set("product", LayerChoice{});
  EXPECT_NO_THROW(require_possible(config, space, "Session::plan()"));
  config.set("product", LayerChoice{Precision::int8});
  EXPECT_EQ(testing::message_of([&] { require_possible(config, space, "Session::plan()"); }),
            "Session::plan(): asks for layer 'product' at int8, which it cannot have; "
            "LayerSpec::capability tells what it can");
}

}  // namespace
}  // namespace caloquant
