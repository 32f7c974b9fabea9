#pragma once

#include <caloquant/shower_generator.hpp>
#include <cstdint>

#include "InferenceInterface.hh"

/// One per worker thread; the model is shared by all of them.
class CaloquantInference : public InferenceInterface {
 public:
  CaloquantInference(const caloquant::ShowerModel& model, std::uint64_t seed);

  void RunInference(const std::vector<double>& condition, std::vector<double>& energies,
                    int size) override;

 private:
  caloquant::ShowerContext context_;
  std::uint64_t seed_;
  std::uint64_t event_ = 0;
};
