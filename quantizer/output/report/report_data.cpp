#include "quantizer/output/report/report_data.hpp"

#include <algorithm>
#include <caloquant/error.hpp>

#include "ops/core/clock.hpp"
#include "quantizer/output/report/layer_times.hpp"
#include "quantizer/output/report/layer_view.hpp"
#include "quantizer/output/report/rounded.hpp"
#include "quantizer/output/report/shower_view.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t observed_events = 8;

Json observed_layers(const ReportSource& source, RunObserver& observer) {
  LayerViewOptions options;
  options.events = source.events;
  options.events.last = std::min(source.events.last, source.events.first + observed_events);
  options.engine = source.engine;
  options.progress = progress_of(observer);
  return {{"events", options.events.size()},
          {"list", layer_view(source.prepared, source.quantized, source.fill, options)}};
}

Json timed_layers(const ReportSource& source, RunObserver& observer) {
  return layer_times(
      source.fp32, source.quantized,
      batch_for(static_cast<std::int64_t>(source.config.execution.batch), source.events),
      source.engine, [&] { progress_of(observer)(0); });
}

}  // namespace

std::string report_data(const ReportSource& source, RunObserver& observer) {
  const double start = steady_seconds();
  observer.on_phase_start(Phase::report, observed_events);
  Json json;
  json["_format"] = "caloquant report data";
  json["_version"] = 1;
  json["showers"] = source.showers ? shower_view(*source.showers) : Json();
  try {
    json["layers"] = observed_layers(source, observer);
    json["times"] = timed_layers(source, observer);
  } catch (const InterruptedError&) {
    json["interrupted"] = true;  // the rest of the run is written all the same
  }
  json["seconds"] = rounded(steady_seconds() - start, 3);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace caloquant
