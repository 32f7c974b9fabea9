#include "quantizer/search/tune/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <caloquant/error.hpp>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "graph/io/files/write_through.hpp"
#include "graph/json/json.hpp"
#include "quantizer/search/tune/csv_cell.hpp"
#include "quantizer/search/tune/measure_json.hpp"

namespace caloquant {
namespace {

constexpr std::string_view csv_header =
    "step,changed,loss,standard_error,error,seconds,quantized_layers,total_layers,"
    "int8_layers,w8a16_layers,w8_layers,bf16_layers,fp32_layers,verdict,events,target_met,"
    "stopped_early,configuration\n";

[[noreturn]] void cannot_write(const std::filesystem::path& path, int error) {
  throw BackendError(path.string(), "cannot be written: " + std::generic_category().message(error),
                     "check the output directory, its permissions and the free space");
}

int create(const std::filesystem::path& path) {
  constexpr mode_t readable_by_all = 0644;
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, readable_by_all);
  if (descriptor < 0) {
    cannot_write(path, errno);
  }
  return descriptor;
}

/// The most compact first.
constexpr std::array all_precisions{Precision::int8, Precision::w8a16, Precision::w8,
                                    Precision::bf16, Precision::fp32};

std::size_t layers_with(const Trial& trial, Precision precision) {
  const auto counts = trial.proposal.config.layers_by_precision();
  const auto found = counts.find(precision);
  return found == counts.end() ? 0 : found->second;
}

Json json_of(const Trial& trial) {
  Json configuration = Json::object();
  for (const TuningConfig::Layer& layer : trial.proposal.config.layers()) {
    configuration[layer.name] = to_string(layer.choice);
  }
  Json by_precision = Json::object();
  for (const Precision precision : all_precisions) {
    by_precision[std::string(name_of(precision))] = layers_with(trial, precision);
  }
  Json line;
  line["step"] = trial.step;
  line["configuration"] = std::move(configuration);
  line["changed"] = trial.proposal.changed;
  line["loss"] = json_number(trial.loss);
  line["standard_error"] = json_number(trial.standard_error);
  line["error"] = trial.error.empty() ? Json() : Json(trial.error);
  line["seconds"] = json_number(trial.seconds);
  line["quantized_layers"] = trial.quantized_layers();
  line["total_layers"] = trial.total_layers();
  line["layers_by_precision"] = std::move(by_precision);
  line["verdict"] = std::string(name_of(trial.verdict));
  line["events"] = trial.events;
  line["target_met"] = trial.target_met;
  line["stopped_early"] = trial.stopped_early;
  line["measures"] = Json::array();
  for (const Measure& measure : trial.measures) {
    line["measures"].push_back(measure_json(measure));
  }
  return line;
}

std::string csv_number(double value) {
  const Json number = json_number(value);
  return number.is_string() ? number.get<std::string>() : number.dump();
}

std::string csv_line(const Trial& trial) {
  std::string line = std::to_string(trial.step);
  const auto add = [&line](const std::string& field) { line.append(",").append(field); };
  add(csv_text(trial.proposal.changed));
  add(csv_number(trial.loss));
  add(csv_number(trial.standard_error));
  add(csv_text(trial.error));
  add(csv_number(trial.seconds));
  add(std::to_string(trial.quantized_layers()));
  add(std::to_string(trial.total_layers()));
  for (const Precision precision : all_precisions) {
    add(std::to_string(layers_with(trial, precision)));
  }
  add(std::string(name_of(trial.verdict)));
  add(std::to_string(trial.events));
  add(trial.target_met ? "true" : "false");
  add(trial.stopped_early ? "true" : "false");
  add(csv_text(trial.proposal.config.key()));
  return line + "\n";
}

}  // namespace

Journal::Journal(const std::filesystem::path& directory)
    : json_{directory / "steps.jsonl", -1}, csv_{directory / "steps.csv", -1} {
  json_.descriptor = create(json_.path);
  try {
    csv_.descriptor = create(csv_.path);
    csv_.write(std::string(csv_header));
  } catch (...) {
    ::close(json_.descriptor);
    if (csv_.descriptor >= 0) {
      ::close(csv_.descriptor);
    }
    throw;
  }
}

Journal::~Journal() {
  ::close(json_.descriptor);
  ::close(csv_.descriptor);
}

void Journal::append(const Trial& trial) {
  json_.write(journal_line(trial) + "\n");
  csv_.write(csv_line(trial));
}

void Journal::File::write(const std::string& text) const {
  if (const int error = write_through(descriptor, text); error != 0) {
    cannot_write(path, error);
  }
}

std::string journal_line(const Trial& trial) {
  // Text of an error may hold a path that is not UTF-8.
  return json_of(trial).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace caloquant
