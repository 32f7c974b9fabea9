#pragma once

#include <string>
#include <vector>

#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

[[nodiscard]] Attribute integer_attribute(const std::string& name, std::int64_t value);
[[nodiscard]] Attribute integers_attribute(const std::string& name,
                                           const std::vector<std::int64_t>& values);
[[nodiscard]] Attribute number_attribute(const std::string& name, double value);
[[nodiscard]] Attribute text_attribute(const std::string& name, const std::string& value);

}  // namespace caloquant::onnx
