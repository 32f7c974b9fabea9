#include <algorithm>
#include <caloquant/error.hpp>
#include <iostream>
#include <string_view>

#include "ops/core/enums.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/evaluate/generator_interface.hpp"
#include "quantizer/showers/generate.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/number_arguments.hpp"

namespace caloquant::cli {

void EncodingArgument::add_to(Command& command) {
  const std::vector<std::string> names = enum_names<InputEncoding>();
  Option* encoding =
      add_choice(
          command, "--encoding", name, names,
          "how the network takes energy and angle (by default the first for images of 51x51x25, "
          "else the second)")
          ->group(primary_options);
  add_choice(command, "--recipe", old_name, names, "its name in earlier versions")
      ->excludes(encoding)
      ->group("");
}

InputEncoding EncodingArgument::of(const Graph& graph, bool quiet) const {
  const std::string& given = old_name.empty() ? name : old_name;
  if (!old_name.empty()) {
    print_deprecations({"--recipe is called --encoding now; the next version will not know the old "
                        "name"},
                       quiet);
  }
  return given.empty() ? default_encoding(graph) : enum_from<InputEncoding>(given).value();
}

void parse_range(const std::string& option, const std::string& text, double& low, double& high) {
  const std::size_t colon = text.find(':');
  const auto first = number_from(std::string_view(text).substr(0, colon));
  const auto last =
      colon == std::string::npos ? first : number_from(std::string_view(text).substr(colon + 1));
  if (first && last) {
    low = *first;
    high = *last;
    return;
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

void print_warnings(const std::vector<std::string>& warnings, const OutputArguments& out) {
  if (out.quiet) {
    return;
  }
  for (const std::string& warning : warnings) {
    std::cerr << "caloquant: warning: " << terminal_text(warning) << '\n';
  }
}

ArgumentRule range_text(const std::string& option) {
  return text_for([option](const std::string& text) {
    double low = 0.0;
    double high = 0.0;
    parse_range(option, text, low, high);
  });
}

ArgumentRule energy_text() {
  return text_for([](const std::string& text) {
    double low = 0.0;
    double high = 0.0;
    std::vector<double> list;
    parse_energies(text, low, high, list);
  });
}

}  // namespace caloquant::cli
