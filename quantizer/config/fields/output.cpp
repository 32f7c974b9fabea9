#include <algorithm>

#include "quantizer/config/fields/sections.hpp"

namespace caloquant::config_table {
namespace {

/// A format of the final model and the member that asks for it.
struct Format {
  const char* name;
  bool EmitConfig::*wanted;
};
constexpr Format formats[] = {{"h5", &EmitConfig::h5}, {"onnx", &EmitConfig::onnx}};

Field<EmitConfig> formats_field() {
  Json names = Json::array();
  for (const Format& format : formats) {
    names.push_back(format.name);
  }
  return custom<EmitConfig>(
             "formats", {{"type", "array"}, {"minItems", 1}, {"items", {{"type", "string"}}}},
             "h5: quantized.h5, which caloquant runs; onnx: quantized.onnx with QuantizeLinear and "
             "DequantizeLinear.",
             [](const Json& json, EmitConfig& emit, const Place&) {
               for (const Format& format : formats) {
                 emit.*format.wanted = std::ranges::find(json, format.name) != json.end();
               }
             },
             [](const EmitConfig& emit) {
               Json wanted = Json::array();
               for (const Format& format : formats) {
                 if (emit.*format.wanted) {
                   wanted.push_back(format.name);
                 }
               }
               return wanted;
             })
      .one_of(names)
      .example({"h5", "onnx"});
}

}  // namespace

Field<RunConfig> report_section() {
  return object(
      "report", &RunConfig::report, "What is measured of the final model.",
      Fields<ReportConfig>{
          field("physics_events", &ReportConfig::physics_events,
                "Showers with which the final model is compared with the fp32 one and with the "
                "data, at most the evaluation events; 0: not at all.")
              .at_most(10'000'000),
          field("html", &ReportConfig::html,
                "report.html of the run, with report.json, from which 'caloquant report' draws it "
                "again. Costs about a second and some events."),
      });
}

Field<RunConfig> emit_section() {
  return object("emit", &RunConfig::emit, "What is written of the final model.",
                Fields<EmitConfig>{
                    formats_field(),
                    field("onnx_profile", &EmitConfig::onnx_profile,
                          "For which runtime quantized.onnx is written (graph/README.md): "
                          "onnxruntime, openvino, tensorrt or portable. What it cannot hold is not "
                          "searched: the last two imply activation_rule symmetric, tensorrt leaves "
                          "out w8a16."),
                });
}

Field<RunConfig> execution_section() {
  return object("execution", &RunConfig::execution, "How the network is run while tuning.",
                Fields<ExecutionConfig>{
                    field("batch", &ExecutionConfig::batch,
                          "Events per call of the network; no result depends on it.")
                        .at_least(1)
                        .at_most(4096),
                });
}

}  // namespace caloquant::config_table
