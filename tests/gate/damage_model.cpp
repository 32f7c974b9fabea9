#include <caloquant/error.hpp>
#include <iostream>
#include <string>

#include "tests/gate/damaged_model.hpp"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: damage_model QUANTIZED.h5 LAYER FACTOR DAMAGED.h5\n";
    return 2;
  }
  try {
    caloquant::testing::write_damaged_model(argv[1], argv[2], std::stof(argv[3]), argv[4]);
  } catch (const std::exception& error) {
    std::cerr << "damage_model: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
