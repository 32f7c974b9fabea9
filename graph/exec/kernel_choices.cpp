#include "graph/exec/kernel_choices.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "graph/exec/layer_timing.hpp"
#include "graph/io/files/text_file.hpp"
#include "graph/json/json.hpp"
#include "ops/core/enums.hpp"
#include "ops/onednn/cpu.hpp"

namespace caloquant {
namespace {

constexpr const char* format_name = "caloquant kernel times [ms per image, one thread]";
constexpr int format_version = 2;

std::string processor() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  while (std::getline(cpuinfo, line)) {
    if (line.rfind("model name", 0) == 0) {
      return line.substr(line.find(':') + 1);
    }
  }
  return "unknown";
}

void append(std::ostream& text, const char* name, const Shape& shape) {
  text << ' ' << name << ' ';
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text << (i == 0 ? "" : "x") << shape[i];
  }
}

/// The fastest, where the default one counts as faster than it is.
LayerKind decide(const std::map<LayerKind, double>& milliseconds, LayerKind by_default) {
  const auto counted = [&](const auto& entry) {
    return entry.second * (entry.first == by_default ? 1.0 : KernelChoices::margin);
  };
  return std::min_element(milliseconds.begin(), milliseconds.end(),
                          [&](const auto& a, const auto& b) { return counted(a) < counted(b); })
      ->first;
}

std::map<std::string, KernelChoices::Measured> parse_table(const Json& json,
                                                           const std::string& place) {
  std::map<std::string, KernelChoices::Measured> table;
  for (const auto& [signature, entry] : json.at("layers").items()) {
    KernelChoices::Measured measured;
    const std::string here = std::string(place).append("#/layers/").append(signature);
    for (const auto& [name, milliseconds] : entry.at("milliseconds").items()) {
      if (const auto kind = enum_from<LayerKind>(name)) {
        measured.milliseconds[*kind] = checked_number<ModelError>(milliseconds.get<double>(), here,
                                                                  NumberRange::not_negative());
      }
    }
    measured.provisional = entry.value("provisional", false);
    const auto chosen = enum_from<LayerKind>(entry.at("chosen").get<std::string>());
    if (chosen && measured.milliseconds.count(*chosen) > 0) {
      measured.kind = *chosen;
      table[signature] = std::move(measured);
    }
  }
  return table;
}

}  // namespace

std::string kernel_machine(Isa isa) {
  const CpuReport cpu = cpu_report();
  return processor() + ", direct " + std::string(name_of(isa)) + ", oneDNN " + cpu.onednn + " " +
         cpu.isa + ", caloquant " + CALOQUANT_VERSION;
}

std::string signature_of(const LayerQuestion& question) {
  const auto& conv = std::get<Conv>(question.node.op);
  std::ostringstream text;
  const bool native_bf16 = question.work.precision == Precision::bf16 && cpu_report().native_bf16;
  text << "conv "
       << (question.work.quant ? name_of(question.work.quant->src.dtype)
           : native_bf16       ? "bf16"
                               : "f32");
  append(text, "src", question.work.src);
  append(text, "weights", question.work.weights->shape());
  append(text, "strides", conv.strides);
  append(text, "dilations", conv.dilations);
  append(text, "pads", conv.pads_begin);
  append(text, "and", conv.pads_end);
  text << " groups " << conv.groups << " epilogue " << question.work.epilogue.ops.size();
  if (question.phases != nullptr) {
    append(text, "phases", question.phases->factors);
  }
  return text.str();
}

KernelChoices::KernelChoices(std::filesystem::path file, Isa isa)
    : file_(std::move(file)), isa_(isa) {
  std::error_code failure;
  if (file_.empty() || !std::filesystem::exists(file_, failure)) {
    return;
  }
  try {
    const std::string text =
        std::filesystem::is_regular_file(file_) ? read_text<ModelError>(file_) : "no table";
    if (!text.empty() && text.find(format_name) == std::string::npos) {
      file_.clear();  // somebody else's, whoever named it: it is not replaced
      return;
    }
    adopt(text, file_.string());
    std::erase_if(settled_, [&](const std::string& name) { return table_.at(name).provisional; });
  } catch (const std::exception&) {
    table_.clear();  // a cache that cannot be read is made anew
    settled_.clear();
  }
}

void KernelChoices::adopt(const std::string& text, const std::string& place) {
  const Json json = parse_json<ModelError>(text, place);
  require_format<ModelError>(json, place, format_name, format_version);
  try {
    if (json.at("machine") == kernel_machine(isa_)) {
      for (auto& [signature, measured] : parse_table(json, place)) {
        table_[signature] = std::move(measured);
        settled_.insert(signature);
      }
    }
  } catch (const nlohmann::json::exception&) {
    throw ModelError(place, "is no table of kernel times: something is missing or of another type",
                     "remove it: kernels are measured again");
  }
}

std::string KernelChoices::text() const {
  Json json{{"_format", format_name},
            {"_version", format_version},
            {"machine", kernel_machine(isa_)},
            {"layers", Json::object()}};
  for (const auto& [signature, measured] : table_) {
    json["layers"][signature]["chosen"] = std::string(name_of(measured.kind));
    if (measured.provisional) {
      json["layers"][signature]["provisional"] = true;
    }
    for (const auto& [kind, milliseconds] : measured.milliseconds) {
      json["layers"][signature]["milliseconds"][std::string(name_of(kind))] = milliseconds;
    }
  }
  return json.dump(1) + "\n";
}

LayerKind KernelChoices::choose(const LayerQuestion& question) {
  if (!question.rows && !question.channels) {
    return LayerKind::library;
  }
  const std::string signature = signature_of(question);
  const std::vector<LayerKind> kinds = kinds_to_measure(question, isa_);
  const auto known = table_.find(signature);
  // A file may name a kernel that cannot compute the layer, or not know one that can.
  const bool is_known =
      known != table_.end() && std::ranges::count(kinds, known->second.kind) > 0 &&
      std::ranges::all_of(
          kinds, [&](LayerKind kind) { return known->second.milliseconds.count(kind) > 0; });
  if (is_known && settled_.count(signature) > 0) {
    return known->second.kind;
  }
  settled_.insert(signature);
  const KindTimes times = measure_kinds(question, kinds, isa_, is_known ? 1 : 4);
  if (is_known && !times.steady) {
    return known->second.kind;
  }
  changed_ = true;
  Measured measured{decide(times.milliseconds, default_kind(question)), times.milliseconds,
                    !times.steady};
  return table_.insert_or_assign(signature, std::move(measured)).first->second.kind;
}

void KernelChoices::save() {
  if (file_.empty() || !changed_) {
    return;
  }
  changed_ = false;
  try {
    std::error_code failure;
    std::filesystem::create_directories(file_.parent_path(), failure);
    write_text_file(text(), file_);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch) the next run measures again
  }
}

std::optional<KernelChoices> machine_kernels() {
  // Asked before there are threads.
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return std::filesystem::path(value != nullptr ? value : "");
  };
  const std::filesystem::path given = variable("CALOQUANT_KERNEL_CACHE");
  if (given == "off") {
    return std::nullopt;
  }
  if (!given.empty()) {
    return KernelChoices(given);
  }
  const std::filesystem::path cache = variable("XDG_CACHE_HOME");
  if (cache.is_absolute()) {  // the XDG specification ignores others
    return KernelChoices(cache / "caloquant" / "kernels.json");
  }
  const std::filesystem::path home = variable("HOME");
  return KernelChoices(home.empty() ? home : home / ".cache" / "caloquant" / "kernels.json");
}

EngineOptions engine_with(KernelChoices* kernels) {
  EngineOptions options;
  if (kernels != nullptr) {
    options.choose = [kernels](const LayerQuestion& question) { return kernels->choose(question); };
  }
  return options;
}

}  // namespace caloquant
