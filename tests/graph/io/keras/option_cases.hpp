#pragma once

// Models that have one option of one Keras class set, and the fixtures of tests/fixtures/options.

#include <filesystem>
#include <string>
#include <vector>

#include "graph/io/keras/option_table.hpp"
#include "graph/ir/graph.hpp"
#include "graph/json/json.hpp"

namespace caloquant::testing::keras_options {

[[nodiscard]] std::filesystem::path option_fixture(const std::string& name);
/// What tools/dev/list_options.py found: class -> its keys.
[[nodiscard]] const Json& written_by(const std::string& name);
/// The model of the fixture "keras2" or "keras3", as its file has it.
[[nodiscard]] const Json& architecture(const std::string& name);
/// A layer of a model, or null.
[[nodiscard]] const Json* layer_called(const Json& model, const std::string& name);

/// What the canonical graph of a model with seeded weights is written as.
[[nodiscard]] std::string bytes_of(const Json& model);
/// The message with which a model is refused; empty when it is read.
[[nodiscard]] std::string refusal_of(const Json& model);

/// A model of one input x and one layer a that reads it (twice, for Add and Concatenate).
[[nodiscard]] Json model_of(const std::string& class_name, Json config, const Shape& extents);
[[nodiscard]] Json sequential_of(const std::string& class_name, Json config, const Shape& extents);

/// The least config of a class and what it reads.
struct Probe {
  Json config;
  Shape extents;
};
[[nodiscard]] Probe probe_of(const std::string& class_name);
/// A model in which one config of that class has an entry more.
[[nodiscard]] Json with_entry(const std::string& class_name, const std::string& key,
                              const Json& value);
[[nodiscard]] Json without_entry(const std::string& class_name);

[[nodiscard]] std::vector<KerasOption> options_of(const KerasClass& type);
/// Values of every kind.
[[nodiscard]] const std::vector<Json>& any_values();

}  // namespace caloquant::testing::keras_options
