#include "quantizer/output/tables/compare_json.hpp"

#include "graph/io/files/model_hash.hpp"
#include "graph/json/json.hpp"

namespace caloquant {
namespace {

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) {
    list.push_back(json_number(value));
  }
  return list;
}

Json side_json(const ComparedSide& side) {
  Json files = Json::array();
  for (const std::filesystem::path& file : side.files) {
    Json entry{{"file", file.filename().string()}};
    if (side.is_model()) {  // shower files may be as large as the disk
      entry["sha256"] = sha256_of_model(file);
    }
    files.push_back(std::move(entry));
  }
  Json json{{"kind", side.is_model() ? "model" : "showers"}, {"files", std::move(files)}};
  if (side.random_weights) {
    json["random_weights"] = *side.random_weights;
  }
  if (side.is_model()) {
    json["output_scale"] = side.graph->output_units().scale;
    json["output_power"] = side.graph->output_units().power;
  }
  return json;
}

Json row_json(const ReportRow& row) {
  Json json{{"metric", row.metric}, {"unit", row.unit}, {"bins", row.bins}};
  if (!row.a.empty()) {
    json["a"] = numbers(row.a);
    json["b"] = numbers(row.b);
  }
  json["difference"] = numbers(row.difference);
  json["standard_error"] = numbers(row.standard_error);
  if (!row.noise.empty()) {
    json["noise"] = numbers(row.noise);
  }
  json["paired"] = row.paired;
  json["suspect"] = row.suspect;
  return json;
}

}  // namespace

Json labels_json(const LabelSources& labels) {
  return {{"events", labels.events},
          {"estimated_energies", labels.estimated_energies},
          {"sampling_fraction", labels.fraction ? Json(labels.fraction->coefficients()) : Json()},
          {"measured_angles", labels.measured_angles},
          {"notes", labels.notes()}};
}

Json report_json(const CompareResult& result) {
  const ShowerReport& report = result.report;
  Json bins = Json::array();
  for (const EnergyBin& bin : report.energy_bins) {
    bins.push_back({{"name", bin.name}, {"low", bin.low}, {"high", bin.high}});
  }
  Json rows = Json::array();
  for (const ReportRow& row : report.rows) {
    rows.push_back(row_json(row));
  }
  return {{"events", result.events},
          {"seed", result.seed},
          {"pairing", std::string(name_of(result.pairing))},
          {"labels", {{"a", labels_json(result.labels_a)}, {"b", labels_json(result.labels_b)}}},
          {"extents", report.extents},
          {"energy_bins", std::move(bins)},
          {"suspect", report.suspect},
          {"rows", std::move(rows)},
          {"correlations",
           {{"features", report.correlation_features},
            {"a", numbers(report.correlation_a)},
            {"b", numbers(report.correlation_b)}}},
          {"seconds", result.seconds}};
}

Json to_json(const CompareResult& result, const ComparedSide& a, const ComparedSide& b) {
  Json json{{"_format", "caloquant comparison"},
            {"_version", 1},
            {"caloquant", CALOQUANT_VERSION},
            {"a", side_json(a)},
            {"b", side_json(b)}};
  json.update(report_json(result));
  return json;
}

}  // namespace caloquant
