#include "quantizer/search/tune/measure_json.hpp"

#include <cmath>
#include <string>

namespace caloquant {

Json measure_json(const Measure& measure) {
  const auto known = [](double value) { return std::isnan(value) ? Json() : json_number(value); };
  return {{"name", measure.name},
          {"value", json_number(measure.value)},
          {"standard_error", known(measure.standard_error)},
          {"lower", known(measure.lower)},
          {"upper", known(measure.upper)},
          {"limit", json_number(measure.limit)},
          {"verdict", std::string(name_of(measure.verdict()))}};
}

}  // namespace caloquant
