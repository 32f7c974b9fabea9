#include "quantizer/showers/generated_file.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <charconv>
#include <optional>
#include <span>
#include <string>

#include "graph/io/files/model_hash.hpp"

namespace caloquant {
namespace {

constexpr float electron_code = 11.0F;  // of the Particle Data Group
constexpr std::int64_t label_chunk = 4096;

/// The shortest text that reads back to the same number.
std::string text_of(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

/// A dataset of options.events rows, to be filled row by row.
void create(H5File& file, const char* name, const Shape& row, std::int64_t chunk_rows,
            const GenerateOptions& options) {
  Shape shape = row;
  shape.insert(shape.begin(), options.events);
  H5WriteOptions storage;  // contiguous: rows go to the disk past HDF5's cache of chunks
  if (options.compression > 0) {
    storage = {.chunk = shape, .compression = options.compression};
    storage.chunk.front() = std::min(chunk_rows, options.events);
  }
  file.create_dataset(name, DType::f32, shape, storage);
}

}  // namespace

bool is_generated(const H5File& file) {
  if (file.find_text("/", "_format") == generated_format) {
    const std::int64_t version = file.integer_attribute("/", "_version");
    if (version != generated_version) {
      throw DataError(file.path().string() + ":/@_version",
                      "is " + std::to_string(version) + ", but version " +
                          std::to_string(generated_version) + " is read here",
                      "generate the showers again, or read them with the newer caloquant");
    }
    return true;
  }
  // Before the format had a name. Other programs have an attribute `units` or `generator`, too;
  // make_showers() writes none of units.
  const std::optional<std::string> generator = file.find_text("/", "generator");
  return generator && generator->starts_with("caloquant ") && file.has_attribute("/", "units");
}

GeneratedFile::GeneratedFile(const Graph& graph, const GenerateOptions& options, const Shape& image)
    : file_(H5File::create(options.output)),
      with_target_(options.encoding == InputEncoding::energy_times_noise),
      cells_(static_cast<std::size_t>(element_count(image))) {
  describe(graph, options);
  create(file_, "/ECAL", image, 1, options);
  create(file_, "/energy", {}, label_chunk, options);
  create(file_, "/theta", {}, label_chunk, options);
  if (with_target_) {
    create(file_, "/target", {2}, label_chunk, options);
  }
}

void GeneratedFile::describe(const Graph& graph, const GenerateOptions& options) {
  std::string names;
  std::string hashes;
  for (const std::filesystem::path& path : options.model_files) {
    const std::string separator = names.empty() ? "" : ", ";
    const std::string hash = sha256_of_model(path);
    if (hash.empty()) {
      throw ModelError(path.string(), "cannot be read again for its sha256",
                       "leave the model where it is while showers are generated");
    }
    names += separator + path.filename().string();
    hashes += separator + hash;
  }
  file_.set_attribute("/", "_format", std::string(generated_format));
  file_.set_attribute("/", "_version", generated_version);
  file_.set_attribute(
      "/", "generator",
      "caloquant " CALOQUANT_VERSION ", network '" + graph.name() + "'; not Geant4");
  file_.set_attribute("/", "model", names);
  file_.set_attribute("/", "model_sha256", hashes);
  if (options.random_weights) {
    file_.set_attribute("/", "random_weights", std::to_string(*options.random_weights));
  }
  file_.set_attribute("/", "seed", std::to_string(options.seed));
  file_.set_attribute("/", "recipe", std::string(name_of(options.encoding)));
  file_.set_attribute("/", "units", std::string(name_of(options.units)));
  file_.set_attribute("/", "output_scale", text_of(graph.output_units().scale));
  file_.set_attribute("/", "output_power", text_of(graph.output_units().power));
}

void GeneratedFile::write(const GeneratedBlock& block) {
  std::vector<float> energies;
  std::vector<float> angles;
  std::vector<float> targets;
  for (const EventLabel& label : block.labels) {
    energies.push_back(static_cast<float>(label.energy));
    angles.push_back(static_cast<float>(label.theta));
    targets.insert(targets.end(), {electron_code, energies.back()});
  }
  file_.write_rows("/ECAL", block.first, std::span(block.images).first(energies.size() * cells_));
  file_.write_rows("/energy", block.first, energies);
  file_.write_rows("/theta", block.first, angles);
  if (with_target_) {
    file_.write_rows("/target", block.first, targets);
  }
}

}  // namespace caloquant
