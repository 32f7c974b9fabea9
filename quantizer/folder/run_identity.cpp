#include "quantizer/folder/run_identity.hpp"

#include "graph/io/files/model_hash.hpp"
#include "graph/io/files/sha256.hpp"
#include "graph/io/native/graph_hash.hpp"
#include "graph/json/json.hpp"
#include "ops/core/overloaded.hpp"
#include "ops/cpu/isa.hpp"
#include "ops/onednn/cpu.hpp"
#include "quantizer/config/run_config_json.hpp"

namespace caloquant {
namespace {

template <typename T>
void add_values(Sha256& hash, std::span<const T> values) {
  hash.update(std::to_string(values.size()) + " ");
  hash.update(std::as_bytes(values));
}

void add_arrays(Sha256& hash, const std::map<std::string, ArrayView>& arrays) {
  for (const auto& [name, array] : arrays) {
    hash.update(name + " ");
    add_values(hash, std::span<const std::int64_t>(array.shape));
    add_values(hash, array.values);
  }
}

std::string hash_of_arrays(const MemoryData& arrays) {
  Sha256 hash;
  std::visit(Overloaded{[](std::monostate) {},
                        [&](const ShowerArrays& showers) {
                          add_values(hash, showers.energies);
                          add_values(hash, showers.thetas);
                          add_values(hash, showers.images);
                        },
                        [&](const TensorArrays& tensors) {
                          add_arrays(hash, tensors.inputs);
                          add_arrays(hash, tensors.targets);
                        }},
             arrays);
  return hash.finish();
}

Json events_json(const RunInputs& inputs) {
  if (!std::holds_alternative<std::monostate>(inputs.arrays)) {
    return {{"arrays", hash_of_arrays(inputs.arrays)}};
  }
  Json hashes = Json::array();
  for (const std::filesystem::path& file : inputs.data) {
    hashes.push_back(sha256_of_model(file));
  }
  return hashes;
}

std::string shown(const Json& json) {
  constexpr std::size_t most = 60;
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() > most ? text.substr(0, most) + "..." : text;
}

/// Of the first member that differs.
std::string difference_at(const std::string& path, const Json& now, const Json& before) {
  if (now == before) {
    return "";
  }
  if (now.is_object() && before.is_object()) {
    for (const auto& [key, value] : now.items()) {
      std::string found = difference_at(std::string(path).append("/").append(key), value,
                                        before.contains(key) ? before.at(key) : Json());
      if (!found.empty()) {
        return found;
      }
    }
    for (const auto& [key, value] : before.items()) {
      if (!now.contains(key)) {
        return difference_at(std::string(path).append("/").append(key), Json(), value);
      }
    }
    return "";  // only the order differs
  }
  return (path.empty() ? "all of it" : path.substr(1)) + " is " + shown(now) + ", and was " +
         shown(before);
}

}  // namespace

// Without the paths of what has a hash of its own.
Json run_settings(const RunConfig& config) {
  Json settings = to_json(config);
  const auto erase = [&settings](const char* section, const std::vector<const char*>& keys) {
    if (settings.contains(section)) {
      for (const char* key : keys) {
        settings[section].erase(key);
      }
    }
  };
  erase("model", {"architecture", "weights", "file", "expected"});
  erase("data", {"files"});
  if (config.data.tensors && !config.data.tensors->target_files.empty()) {
    erase("data", {"targets"});
  }
  if (!config.tuning.layer_costs.empty()) {
    settings["tuning_criterion"]["layer_costs"] = sha256_of_file(config.tuning.layer_costs);
  }
  return settings;
}

Json run_identity(const RunInputs& inputs) {
  const CpuReport cpu = cpu_report();
  return {{"caloquant", CALOQUANT_VERSION},
          {"onednn", cpu.onednn},
          {"isa", cpu.isa},
          {"direct_isa", std::string(name_of(active_isa()))},
          {"kernels", inputs.measured_kernels ? "measured" : "default"},
          {"model", sha256_of_graph(inputs.fp32)},
          {"data", events_json(inputs)},
          {"settings", run_settings(inputs.config)}};
}

std::string identity_difference(const Json& now, const Json& before) {
  return difference_at("", now, before);
}

}  // namespace caloquant
