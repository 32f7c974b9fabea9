#include "calibration/showers/shower_file_writer.hpp"

#include <cmath>

#include "calibration/showers/ecal_stack.hpp"

namespace caloquant::showers {
namespace {

constexpr float electron_code = 11.0F;       // of the Particle Data Group
constexpr float file_units_per_gev = 50.0F;  // of the variable-angle files
constexpr std::int64_t label_chunk = 4096;

constexpr auto depth = static_cast<std::int64_t>(EcalStack::layer_count);

}  // namespace

ShowerFileWriter::ShowerFileWriter(const ShowerOptions& options)
    : detector_(options.detector), file_(H5File::create(options.output)) {
  const std::int64_t n = options.events;
  const std::int64_t side = transverse_cells();
  file_.set_attribute("/", "generator",
                      "caloquant parametrised electron showers (hep-ex/0001020); not Geant4");
  file_.set_attribute("/", "detector", std::string(name_of(detector_)));
  if (options.tuning != ShowerTuning::published) {
    file_.set_attribute("/", "constants", std::string(name_of(options.tuning)));
  }
  file_.set_attribute("/", "seed", std::to_string(options.seed));
  file_.create_dataset("/ECAL", DType::f32, {n, side, side, depth},
                       {.chunk = {1, side, side, depth}, .compression = 1});
  const std::int64_t chunk = std::min(n, label_chunk);
  if (detector_ == Detector::clic25) {
    file_.create_dataset("/target", DType::f32, {n, 2}, {.chunk = {chunk, 2}, .compression = 1});
    return;
  }
  for (const char* name : {"/energy", "/theta", "/eta", "/pdgID", "/sum"}) {
    file_.create_dataset(name, DType::f32, {n}, {.chunk = {chunk}, .compression = 1});
  }
}

std::int64_t ShowerFileWriter::transverse_cells() const {
  return detector_ == Detector::clic51 ? 51 : 25;
}

std::size_t ShowerFileWriter::cells() const {
  const auto side = static_cast<std::size_t>(transverse_cells());
  return side * side * EcalStack::layer_count;
}

void ShowerFileWriter::write(std::int64_t first, ShowerRows& rows) {
  if (detector_ == Detector::clic51) {
    write_variable_angle(first, rows);
  } else {
    write_fixed_angle(first, rows);
  }
  file_.write_rows("/ECAL", first, rows.images);
}

void ShowerFileWriter::write_variable_angle(std::int64_t first, ShowerRows& rows) {
  for (float& cell : rows.images) {
    cell *= file_units_per_gev;
  }
  std::vector<float> energies;
  std::vector<float> angles;
  std::vector<float> pseudorapidities;
  std::vector<float> sums;
  for (std::size_t i = 0; i < rows.electrons.size(); ++i) {
    const auto theta = static_cast<double>(rows.electrons[i].theta);
    energies.push_back(rows.electrons[i].energy);
    angles.push_back(rows.electrons[i].theta);
    pseudorapidities.push_back(static_cast<float>(-std::log(std::tan(0.5 * theta))));
    double sum = 0.0;
    for (const float cell : std::span(rows.images).subspan(i * cells(), cells())) {
      sum += static_cast<double>(cell);
    }
    sums.push_back(static_cast<float>(sum));
  }
  file_.write_rows("/energy", first, energies);
  file_.write_rows("/theta", first, angles);
  file_.write_rows("/eta", first, pseudorapidities);
  file_.write_rows("/pdgID", first, std::vector<float>(energies.size(), electron_code));
  file_.write_rows("/sum", first, sums);
}

void ShowerFileWriter::write_fixed_angle(std::int64_t first, const ShowerRows& rows) {
  std::vector<float> target;
  for (const PrimaryElectron& electron : rows.electrons) {
    target.push_back(electron_code);
    target.push_back(electron.energy);
  }
  file_.write_rows("/target", first, target);
}

}  // namespace caloquant::showers
