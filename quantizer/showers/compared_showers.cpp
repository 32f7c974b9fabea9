#include "quantizer/showers/compared_showers.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>

#include "calibration/data/file_list.hpp"
#include "calibration/data/shower_file.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/io/native/native_format.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/number.hpp"
#include "quantizer/showers/generated_file.hpp"
#include "quantizer/verify/fp32_model.hpp"

namespace caloquant {
namespace {

constexpr std::string_view random_prefix = "random:";

ComparedSide keras_parts(const std::string& text, std::size_t comma, const GraphConfig& graph) {
  ComparedSide side;
  side.text = text;
  ModelConfig config;
  config.architecture = text.substr(0, comma);
  const std::string weights = text.substr(comma + 1);
  if (weights.rfind(random_prefix, 0) == 0) {
    side.random_weights = integer_from<std::uint64_t>(weights.substr(random_prefix.size()));
    if (!side.random_weights) {
      throw UsageError(text, "'" + weights + "' has no seed", "write random:SEED, as random:1");
    }
    config.random_weights = side.random_weights;
  } else {
    config.weights = weights;
  }
  Fp32Model model = load_fp32_model(config, graph);
  side.graph = std::move(model.graph);
  side.files = std::move(model.files);
  return side;
}

double attribute_number(const H5File& file, const std::string& name) {
  const std::string text = file.string_attribute("/", name);
  const auto number = number_from(text);
  if (!number || !number_problem(*number, NumberRange::positive()).empty()) {
    throw DataError(file.path().string() + ":/@" + name, "'" + text + "' is no positive number",
                    "generate the file again");
  }
  return *number;
}

/// Units of the cells by the attributes that generate() writes.
EnergyUnits generated_units(const H5File& file) {
  const std::string name = file.string_attribute("/", "units");
  const EnergyUnits network{attribute_number(file, "output_scale"),
                            attribute_number(file, "output_power")};
  for (const LossUnits units : {LossUnits::gev, LossUnits::file, LossUnits::network}) {
    if (name == name_of(units)) {
      return units_of_loss(units, network);
    }
  }
  throw DataError(file.path().string() + ":/@units", "'" + name + "' is unknown",
                  "gev, file and network are known");
}

}  // namespace

ComparedSide open_side(const std::string& text, const GraphConfig& graph, bool follow_links) {
  const std::size_t comma = text.find(".json,");
  if (comma != std::string::npos) {
    return keras_parts(text, comma + std::string(".json").size(), graph);
  }
  ComparedSide side;
  side.text = text;
  side.follow_links = follow_links;
  const bool pattern = text.find_first_of("*?") != std::string::npos;
  if (pattern ||
      (!is_native(text) && H5File::open(text, ErrorKind::data, follow_links).exists("/ECAL"))) {
    side.files = expand_files({text}, {});
    return side;
  }
  LoadedModel model = load_model_file(text, graph);
  side.graph = std::move(model.graph);
  side.files = std::move(model.files);
  side.has_units = model.quantized;
  return side;
}

void choose_units(ComparedSide& a, ComparedSide& b, const std::optional<EnergyUnits>& given) {
  std::optional<EnergyUnits> units = given;
  for (const ComparedSide* side : {&a, &b}) {
    if (side->has_units && !units) {
      units = side->graph->output_units();
    }
  }
  bool used = false;
  for (ComparedSide* side : {&a, &b}) {
    if (side->is_model() && !side->has_units && units) {
      GraphEditor editor(std::move(*side->graph));
      editor.set_output_units(*units);
      side->graph = editor.finish();
      used = true;
    }
  }
  if (given && !used) {
    throw UsageError("--output-scale, --output-power", "no side is a Keras model",
                     "leave them out: quantized.h5 and shower files say their units themselves");
  }
}

ShowerFile ShowerFiles::open(const Part& part) const {
  return {part.file, part.layout, image_shape_, follow_links_, energies_from_sum_};
}

ShowerFiles::Part ShowerFiles::describe(const std::filesystem::path& file) const {
  const H5File h5 = H5File::open(file, ErrorKind::data, follow_links_);
  Part part;
  part.file = file;
  if (is_generated(h5)) {
    part.units = generated_units(h5);  // and its labels are those of the variable angle
    return part;
  }
  const bool fixed = h5.exists("/target") && !h5.exists("/energy");
  part.layout = fixed ? DataLayout::fixed_angle : DataLayout::variable_angle;
  part.units.scale = static_cast<double>(traits_of(part.layout).units_per_gev);
  return part;
}

ShowerFiles::ShowerFiles(const std::vector<std::filesystem::path>& files, bool follow_links,
                         std::optional<SamplingFraction> energies_from_sum)
    : follow_links_(follow_links), energies_from_sum_(std::move(energies_from_sum)) {
  for (const std::filesystem::path& path : files) {
    Part part = describe(path);
    const ShowerFile file = open(part);
    file.expect_images();
    image_shape_ = file.image_shape();
    part.first = events_;
    part.rows = file.rows();
    events_ += part.rows;
    parts_.push_back(std::move(part));
  }
}

std::vector<EventLabel> ShowerFiles::labels(std::int64_t events) const {
  CALOQUANT_EXPECT(events <= events_);
  std::vector<EventLabel> labels(static_cast<std::size_t>(events));
  for (const Part& part : parts_) {
    const std::int64_t count = std::min(part.rows, events - part.first);
    if (count > 0) {
      const ShowerFile file = open(part);
      file.read_labels(0, std::span(labels).subspan(static_cast<std::size_t>(part.first),
                                                    static_cast<std::size_t>(count)));
    }
  }
  return labels;
}

LabelSources ShowerFiles::label_sources(std::int64_t events) const {
  LabelSources sources;
  for (const Part& part : parts_) {
    const std::int64_t count = std::min(part.rows, events - part.first);
    if (count > 0) {
      sources.add(open(part).label_sources(count));
    }
  }
  return sources;
}

void ShowerFiles::read(std::int64_t first, std::span<float> images) const {
  const auto cells = static_cast<std::size_t>(element_count(image_shape_));
  const std::int64_t end = first + static_cast<std::int64_t>(images.size() / cells);
  for (const Part& part : parts_) {
    const std::int64_t begin = std::max(first, part.first);
    const std::int64_t count = std::min(end, part.first + part.rows) - begin;
    if (count <= 0) {
      continue;
    }
    const ShowerFile file = open(part);
    const std::span<float> some = images.subspan(static_cast<std::size_t>(begin - first) * cells,
                                                 static_cast<std::size_t>(count) * cells);
    file.read_images(begin - part.first, count, 0.0, some);
    const CellConversion conversion = convert_cells(part.units, {});
    if (conversion.linear() && conversion.factor == 1.0) {
      continue;
    }
    for (float& cell : some) {
      cell = cell == 0.0F ? 0.0F : static_cast<float>(conversion(static_cast<double>(cell)));
    }
  }
}

}  // namespace caloquant
