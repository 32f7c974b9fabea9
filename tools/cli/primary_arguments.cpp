#include <algorithm>
#include <caloquant/error.hpp>
#include <stdexcept>

#include "calibration/data/latents.hpp"
#include "quantizer/run/generate.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {

void add_recipe(CLI::App& command, std::string& recipe) {
  add_choice(command, "--recipe", recipe, {"energy_angle_noise", "energy_times_noise"},
             "how the network takes energy and angle (by default the first for images of 51x51x25, "
             "else the second)")
      ->group(primary_options);
}

InputRecipe recipe_of(const std::string& recipe, const Graph& graph) {
  return recipe.empty() ? default_recipe(graph) : input_recipe_from(recipe).value();
}

void parse_range(const std::string& option, const std::string& text, double& low, double& high) {
  try {
    std::size_t used = 0;
    low = std::stod(text, &used);
    high = low;
    if (used < text.size() && text[used] == ':') {
      const std::string rest = text.substr(used + 1);
      high = std::stod(rest, &used);
      used = used == rest.size() ? text.size() : 0;
    }
    if (used == text.size()) {
      return;
    }
  } catch (const std::logic_error&) {
    // reported below
  }
  throw UsageError(option, "'" + text + "' is no range", "write LO:HI, for instance 100:200");
}

void parse_energies(const std::string& text, double& low, double& high, std::vector<double>& list) {
  if (text.find(',') == std::string::npos) {
    parse_range("--energy", text, low, high);
    return;
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    double from = 0.0;
    double to = 0.0;
    parse_range("--energy", text.substr(begin, comma - begin), from, to);
    if (from != to) {
      throw UsageError("--energy", "'" + text + "' mixes a list with a range",
                       "write LO:HI, or energies as 100,200,300");
    }
    list.push_back(from);
    begin = comma + 1;
  }
}

}  // namespace caloquant::cli
