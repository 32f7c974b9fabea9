#include "quantizer/verify/verification_text.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "graph/json/json.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/enums.hpp"
#include "ops/core/terminal_text.hpp"

namespace caloquant {
namespace {

using Where = VerifiedTensor::Where;

std::string called(const VerifiedTensor& tensor) {
  switch (tensor.where) {
    case Where::layer:
      return tensor.name;
    case Where::output:
      return "output " + tensor.name;
    case Where::engine:
      break;
  }
  return "output " + tensor.name + " in the engine";
}

constexpr EnumNames<Where> where_names({{Where::layer, "layer"},
                                        {Where::output, "output"},
                                        {Where::engine, "engine"}});

std::string_view verdict(const VerifiedTensor& tensor) {
  return !tensor.compared ? "not compared" : tensor.agrees() ? "ok" : "differs";
}

std::ptrdiff_t compared(const Verification& verification, Where where) {
  return std::ranges::count_if(verification.tensors, [&](const VerifiedTensor& tensor) {
    return tensor.where == where && tensor.compared;
  });
}

std::string number(double value) {
  std::ostringstream text;
  text << std::setprecision(3) << value;
  return text.str();
}

}  // namespace

std::string verification_table(const Verification& verification) {
  std::size_t width = 5;
  for (const VerifiedTensor& tensor : verification.tensors) {
    width = std::max(width, terminal_text(called(tensor)).size());
  }
  std::ostringstream text;
  const auto line = [&](const std::string& name, const std::string& shape,
                        const std::string& difference, const std::string& bound,
                        std::string_view what) {
    text << std::left << std::setw(static_cast<int>(width) + 2) << name << std::setw(22) << shape
         << std::right << std::setw(11) << difference << std::setw(11) << bound << "  " << what
         << '\n';
  };
  line("layer", "shape", "difference", "bound", "");
  for (const VerifiedTensor& tensor : verification.tensors) {
    const bool numbers = tensor.compared && tensor.note.empty();
    line(terminal_text(called(tensor)), to_string(tensor.shape),
         numbers ? number(tensor.difference) : "-", numbers ? number(tensor.bound) : "-",
         verdict(tensor));
  }
  return text.str();
}

std::string verdict_line(const Verification& verification) {
  const VerifiedTensor* first = verification.first_difference();
  if (first != nullptr) {
    return "first difference at " + describe(*first);
  }
  const auto layers = compared(verification, Where::layer);
  const auto outputs = compared(verification, Where::output);
  std::string text = "agrees with " + verification.expected + " in " + counted(layers, "layer") +
                     " and " + counted(outputs, "output") + " (" +
                     std::to_string(verification.rows) + " of " +
                     counted(verification.rows_given, "row") + ")";
  if (const VerifiedTensor* worst = verification.worst()) {
    text +=
        ", at most " + number(worst->ratio) + " of what rounding explains ('" + worst->name + "')";
  }
  return text;
}

Json to_json(const Verification& verification) {
  Json json = summary_json(verification);
  json["tensors"] = Json::array();
  for (const VerifiedTensor& tensor : verification.tensors) {
    const bool numbers = tensor.compared && tensor.note.empty();
    json["tensors"].push_back({{"name", tensor.name},
                               {"where", std::string(where_names[tensor.where])},
                               {"kind", tensor.kind},
                               {"shape", tensor.shape},
                               {"verdict", std::string(verdict(tensor))},
                               {"difference", numbers ? json_number(tensor.difference) : Json()},
                               {"bound", numbers ? json_number(tensor.bound) : Json()},
                               {"ratio", numbers ? json_number(tensor.ratio) : Json()},
                               {"note", tensor.note}});
  }
  return json;
}

Json summary_json(const Verification& verification) {
  const VerifiedTensor* first = verification.first_difference();
  const VerifiedTensor* worst = verification.worst();
  return {{"agrees", first == nullptr},
          {"expected", verification.expected},
          {"rows", verification.rows},
          {"layers", compared(verification, Where::layer)},
          {"outputs", compared(verification, Where::output)},
          {"worst_ratio", worst == nullptr ? Json() : json_number(worst->ratio)},
          {"worst", worst == nullptr ? Json() : Json(worst->name)},
          {"first_difference", first == nullptr ? Json() : Json(describe(*first))}};
}

}  // namespace caloquant
