#include "quantizer/config/fields/sections.hpp"

namespace caloquant::config_table {
namespace {

/// A limit, or "off" where the criterion is not asked.
Field<AccuracyCriterion> limit(const char* key, std::optional<double> PhysicsCriteria::*member,
                               const std::string& meaning) {
  return custom<AccuracyCriterion>(
      key,
      either({{"type", "number"}, {"exclusiveMinimum", 0}},
             {{"type", "string"}, {"enum", Json::array({"off"})}}),
      meaning + " \"off\": not asked.",
      [member](const Json& json, AccuracyCriterion& accuracy, const Place& place) {
        accuracy.physics.*member =
            json.is_string() ? std::nullopt : std::optional(Value<double>::read(json, place));
      },
      [member](const AccuracyCriterion& accuracy) {
        if (accuracy.criteria == Criteria::loss_only) {
          return Json();
        }
        const std::optional<double>& value = accuracy.physics.*member;
        return value ? Json(*value) : Json("off");
      });
}

/// Written where physics is asked.
Field<AccuracyCriterion> of_physics(Field<AccuracyCriterion> field) {
  field.write = [write = field.write](const AccuracyCriterion& accuracy) {
    return accuracy.criteria == Criteria::loss_only ? Json() : write(accuracy);
  };
  return field;
}

Fields<AccuracyCriterion> accuracy_fields() {
  return {
      field("higher_is_better", &AccuracyCriterion::higher_is_better,
            "Of the metric: true for sqnr, cosine and classification_top1. Without the key as the "
            "metric is.")
          .without_default(),
      field("criterion", &AccuracyCriterion::kind,
            "Target. absolute: baseline + tolerable_loss. relative: baseline + tolerable_loss x "
            "|baseline|. limit: tolerable_loss itself. absolute and relative with minus when "
            "higher is better; relative needs a baseline other than 0.")
          .must_be_given(),
      field("tolerable_loss", &AccuracyCriterion::tolerable_loss,
            "See criterion [units of the metric; a fraction below 1 when relative].")
          .at_least(0)
          .must_be_given()
          .example(1e-4),
      field("criteria", &AccuracyCriterion::criteria,
            "physics: showers are also judged by the keys below, against the FP32 model on the "
            "same events, and everything with confidence. loss_only: by the loss as measured "
            "alone, as in the reference study; no physics is asked then."),
      limit("energy_response", &PhysicsCriteria::energy_response,
            "Mean total energy against FP32, largest change in any energy bin. Bins hold 2 % of "
            "the events at least."),
      limit("profile_error", &PhysicsCriteria::profile_error,
            "Mean energy of a slice in x, y or z against FP32, largest change over the fewest "
            "slices that hold 95 % of the energy."),
      limit("hits", &PhysicsCriteria::hits,
            "Mean number of cells above hit_threshold against FP32, largest change."),
      limit("resolution", &PhysicsCriteria::resolution,
            "Spread of the total energy over its mean against FP32, largest change in any energy "
            "bin."),
      limit("layer_ratios", &PhysicsCriteria::layer_ratios,
            "Share of the energy in the first, second and last third of the layers, largest "
            "difference to FP32 [1]."),
      limit("w1_energy", &PhysicsCriteria::w1_energy,
            "Wasserstein-1 distance of the total energies from those of FP32, over their mean."),
      limit("fpd", &PhysicsCriteria::fpd,
            "Frechet distance of twelve shower features from FP32; see metrics/PHYSICS.md."),
      of_physics(within(
          &AccuracyCriterion::physics,
          field("hit_threshold", &PhysicsCriteria::hit_threshold, "Of hits [GeV].").above(0))),
      of_physics(
          field(
              "confidence", &AccuracyCriterion::confidence,
              "A criterion passes when its one-sided upper bound at this confidence is within its "
              "limit, and fails when its lower bound is not [1].")
              .above(0.5)
              .at_most(0.9999)),
      of_physics(
          field("max_events", &AccuracyCriterion::max_events,
                "Most events that a model is shown while something is undecided. Showers behind "
                "those of data.evaluation_samples are drawn, with the energies and angles of the "
                "data.")
              .at_least(2)
              .at_most(1'000'000'000)),
  };
}

Fields<TuningCriterion> tuning_fields() {
  return {
      field("strategy", &TuningCriterion::strategy,
            "basic: that of Intel Neural Compressor. conservative: one op type after the other. "
            "mse_v2: fall-back by sensitivity, then shrinking. sensitivity: every layer alone, "
            "then the cheapest predicted plan. exhaustive: every plan. random: plans by chance. "
            "auto: openings, then sensitivity. All but basic search every precision of a layer and "
            "go on after the first plan that meets the target.")
          .one_of(strategy_names()),
      field("objective", &TuningCriterion::objective,
            "What is sought among the plans that meet the target. fastest: the least time; "
            "smallest: the fewest bytes; accurate: the best loss. basic keeps the most quantized "
            "layers whatever is said here."),
      field("seed", &TuningCriterion::seed, "Seed of the strategy random."),
      field("more_bases", &TuningCriterion::more_bases,
            "When the trials of Intel Neural Compressor's basic are over and nothing met the "
            "target: fall back again from the best combination of other activation algorithms. "
            "false ends as it does."),
      field("layer_costs", &TuningCriterion::layer_costs,
            "layer_costs.json of an earlier run, to search with its layer times and sizes in place "
            "of new ones (all strategies but basic).")
          .with("minLength", 1)
          .example("run/layer_costs.json"),
      field("early_stop", &TuningCriterion::early_stop,
            "A trial whose loss, after an eighth or a half of the events, exceeds the target by 5 "
            "standard errors sees no further events. Its loss in the log is from those alone, so "
            "the order of fall-backs may differ from that of a full run."),
      within(&TuningCriterion::limits,
             field("timeout", &TuningLimits::timeout,
                   "Time to search for a better plan [s]; 0: basic stops at the first that meets "
                   "the target, other strategies at their own end.")
                 .at_least(0)),
      within(&TuningCriterion::limits, field("max_trials", &TuningLimits::max_trials,
                                             "Most plans that are evaluated; random draws as many.")
                                           .at_least(1)
                                           .at_most(1'000'000'000)),
  };
}

}  // namespace

Field<RunConfig> accuracy_section() {
  return object("accuracy_criterion", &RunConfig::accuracy,
                "What a plan has to reach. The baseline is the metric of the FP32 model.",
                accuracy_fields());
}

Field<RunConfig> tuning_section() {
  return object("tuning_criterion", &RunConfig::tuning, "How plans are searched, and for how long.",
                tuning_fields());
}

}  // namespace caloquant::config_table
