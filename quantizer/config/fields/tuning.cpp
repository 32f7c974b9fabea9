#include "quantizer/config/fields/sections.hpp"

namespace caloquant::config_table {
namespace {

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
      field("energy_response", &AccuracyCriterion::energy_response,
            "Also wanted: the mean total energy within this fraction of that of the fp32 model in "
            "every energy bin (100, 200, 300, 400 and 500 GeV where the events lie there) [1]. "
            "Needs shower_shape with the reference fp32_paired.")
          .above(0)
          .at_most(1)
          .example(0.005),
  };
}

Fields<TuningCriterion> tuning_fields() {
  return {
      field("strategy", &TuningCriterion::strategy,
            "basic: that of Intel Neural Compressor. conservative: one op type after the other. "
            "mse_v2: fall-back by sensitivity, then shrinking. sensitivity: every layer alone, "
            "then the cheapest predicted plan. exhaustive: every plan. random: plans by chance. "
            "auto: recipes, then sensitivity. All but basic search every precision of a layer and "
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
