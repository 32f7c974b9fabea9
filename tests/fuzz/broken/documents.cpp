// JSON that people and we ourselves write.

#include <caloquant/config.hpp>

#include "quantizer/gate/baseline.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/output/report/run_folder.hpp"
#include "quantizer/search/space/layer_specs.hpp"
#include "tests/fuzz/broken/document_cases.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

void add_configs(BrokenFiles& all) {
  DocumentCases cases(all,
                      {"run config", "run.json", ErrorKind::config,
                       [](const fs::path& folder) { (void)load_run_config(folder / "run.json"); },
                       fixture("run_config/classifier.json")});
  cases.syntax();
  cases.versions();
  cases.edited("an unknown key", [](Json& json) { json["modle"] = Json::object(); });
  cases.edited("a section that is a list", [](Json& json) { json["data"] = Json::array(); });
  cases.edited("no model", [](Json& json) { json.erase("model"); });
  cases.edited("a negative count", [](Json& json) { json["data"]["calibration_samples"] = -1; });
  cases.edited("a count beyond 64 bits",
               [](Json& json) { json["data"]["evaluation_samples"] = 1e19; });
  cases.edited("a fraction of an event",
               [](Json& json) { json["data"]["evaluation_samples"] = 2.5; });
  cases.edited("an unknown metric", [](Json& json) { json["metric"]["name"] = "mes"; });
  cases.edited("a criterion that is a number",
               [](Json& json) { json["accuracy_criterion"]["criterion"] = 3; });
  cases.edited("an endless tolerance",
               [](Json& json) { json["accuracy_criterion"]["tolerable_loss"] = "inf"; });
  cases.edited("a file that is an object",
               [](Json& json) { json["model"]["file"] = Json::object(); });
  cases.edited("an unknown format to write", [](Json& json) {
    json["emit"]["formats"] = {"h5", "exe"};
  });
  cases.edited("a strategy that is null",
               [](Json& json) { json["tuning_criterion"]["strategy"] = nullptr; });
  cases.edited("a seed below 0", [](Json& json) { json["input"]["seed"] = -7; });
}

void add_results(BrokenFiles& all) {
  DocumentCases cases(
      all, {"result.json", "result.json", ErrorKind::config,
            [](const fs::path& folder) { (void)read_gate_baseline(folder / "result.json"); },
            fixture("result/small.json")});
  cases.syntax();
  cases.versions();
  cases.edited("no loss", [](Json& json) { json.erase("loss"); });
  cases.edited("a loss that is text", [](Json& json) { json["loss"] = "0.1"; });
  cases.edited("a standard error below 0", [](Json& json) { json["standard_error"] = -1; });
  cases.edited("no metric", [](Json& json) { json.erase("metric"); });
  cases.edited("a metric that is a list", [](Json& json) { json["metric"] = Json::array(); });
  cases.edited("measures that are numbers", [](Json& json) {
    json["criteria"]["measures"] = {1, 2};
  });
  cases.edited("model files without hashes", [](Json& json) {
    json["provenance"]["model_files"] = {Json{{"file", "model.onnx"}}};
  });
  cases.edited("a hash that is a number", [](Json& json) {
    json["provenance"]["model_files"] = {Json{{"file", "model.onnx"}, {"sha256", 1}}};
  });
}

void add_reports(BrokenFiles& all) {
  const auto read = [](const fs::path& folder) { (void)read_run_folder(folder); };
  const std::string result = fixture("result/small.json");
  DocumentCases steps(all, {"steps.jsonl",
                            "steps.jsonl",
                            ErrorKind::data,
                            read,
                            fixture("steps/small.jsonl"),
                            {{"result.json", result}}});
  const std::string line = fixture("steps/small.jsonl");
  steps.text("half a line", first_part(line, 0.5));
  steps.text("an empty line", line + "\n" + line);
  steps.text("a line that is a list", "[]\n");
  steps.text("text", "step 1\n");
  steps.text("deep", nested(1000) + "\n");
  for (const char* key : {"step", "quantized_layers", "total_layers", "loss", "standard_error",
                          "seconds", "changed", "target_met", "stopped_early", "configuration"}) {
    steps.edited(std::string("without ") + key, [&](Json& json) { json.erase(key); });
    steps.edited(std::string("a list as ") + key, [&](Json& json) { json[key] = Json::array(); });
  }
  steps.edited("a step below 0", [](Json& json) { json["step"] = -1; });
  steps.edited("a configuration of numbers", [](Json& json) {
    json["configuration"] = {{"conv", 8}};
  });
  DocumentCases data(all, {"report.json",
                           "report.json",
                           ErrorKind::data,
                           read,
                           R"({"_format": "caloquant report data", "_version": 1})",
                           {{"result.json", result}, {"steps.jsonl", line}}});
  data.syntax();
  data.versions();
}

void add_costs(BrokenFiles& all) {
  const auto read = [](const fs::path& folder) {
    (void)read_layer_costs(folder / "layer_costs.json",
                           TuningSpace({default_layer_spec("conv", "conv")}, {}, "run.json"));
  };
  DocumentCases cases(all, {"layer costs", "layer_costs.json", ErrorKind::config, read,
                            R"({"_format": "caloquant layer costs", "_version": 1, "layers":
      {"conv": {"int8": {"milliseconds_per_event": 1, "bytes": 8},
                "fp32": {"milliseconds_per_event": 2, "bytes": 32}}}})"});
  cases.syntax();
  cases.versions();
  cases.edited("no layers", [](Json& json) { json.erase("layers"); });
  cases.edited("layers that are a list", [](Json& json) { json["layers"] = {1}; });
  cases.edited("a layer that is missing", [](Json& json) { json["layers"].erase("conv"); });
  cases.edited("a precision that is missing",
               [](Json& json) { json["layers"]["conv"].erase("int8"); });
  cases.edited("a cost below 0", [](Json& json) {
    json["layers"]["conv"]["int8"]["milliseconds_per_event"] = -1e-9;
  });
  cases.edited("a cost that is text",
               [](Json& json) { json["layers"]["conv"]["int8"]["bytes"] = "8"; });
  cases.edited("a cost beyond all sums",
               [](Json& json) { json["layers"]["conv"]["fp32"]["bytes"] = 1e300; });
}

}  // namespace

void DocumentCases::text(const std::string& defect, const std::string& content) {
  std::map<std::string, std::string> files = document_.beside;
  files[document_.file] = content;
  all_.push_back({document_.name + ": " + defect, std::move(files), document_.file, document_.kind,
                  document_.read});
}

void DocumentCases::edited(const std::string& defect, const Edit& edit) {
  Json json = Json::parse(document_.good);
  edit(json);
  text(defect, json.dump());
}

void DocumentCases::syntax() {
  const std::string& good = document_.good;
  text("empty", "");
  text("a zero byte", std::string(1, '\0'));
  text("ends in the middle", first_part(good, 0.5));
  text("without its last brace", good.substr(0, good.rfind('}')));
  text("something behind it", good + "}");
  text("a list", "[]");
  text("a number", "7");
  text("null", "null");
  text("no UTF-8", replaced(good, "{", "{\"\xff\xfe\": 1, "));
  text("a key twice", replaced(good, "{", "{\"a\": 1, \"a\": 2, "));
  text("a number beyond all", replaced(good, "{", "{\"a\": 1e999, "));
  text("NaN", replaced(good, "{", "{\"a\": NaN, "));
  text("100,000 arrays inside each other", nested(100000));
  text("objects inside each other", replaced(good, "{", "{\"a\": " + nested(300) + ", "));
  text("HDF5 in its place", "\x89HDF\r\n\x1a\n" + std::string(600, '\0'));
  text("a byte-order mark of UTF-16", "\xff\xfe{\0}\0");
}

void DocumentCases::versions() {
  edited("another format", [](Json& json) { json["_format"] = "caloquant.other"; });
  edited("a format that is a number", [](Json& json) { json["_format"] = 1; });
  edited("version 0", [](Json& json) { json["_version"] = 0; });
  edited("a newer version", [](Json& json) { json["_version"] = 99; });
  edited("half a version", [](Json& json) { json["_version"] = 1.5; });
  edited("a version that is text", [](Json& json) { json["_version"] = "1"; });
  edited("a version beyond 64 bits", [](Json& json) { json["_version"] = 1e30; });
}

void add_broken_documents(BrokenFiles& all) {
  add_configs(all);
  add_results(all);
  add_reports(all);
  add_costs(all);
}

}  // namespace caloquant::testing
