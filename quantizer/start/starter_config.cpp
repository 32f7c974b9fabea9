#include "quantizer/start/starter_config.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>

#include "calibration/data/event_index.hpp"
#include "calibration/data/file_list.hpp"
#include "calibration/data/shower_file.hpp"
#include "ops/core/counted.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/evaluate/generator_interface.hpp"
#include "quantizer/showers/generate.hpp"
#include "quantizer/start/config_text.hpp"
#include "quantizer/start/shower_layout.hpp"
#include "quantizer/start/tensor_match.hpp"
#include "quantizer/verify/fp32_model.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t most_calibration = 256;
constexpr std::int64_t most_evaluation = 1000;

/// How many of `events` calibrate and evaluate.
EventSplit split(std::int64_t events) {
  const std::int64_t calibration = std::clamp<std::int64_t>(events / 3, 1, most_calibration);
  return {calibration, std::clamp<std::int64_t>(events - calibration, 1, most_evaluation)};
}

class Starter {
 public:
  explicit Starter(const StarterRequest& request)
      : request_(request),
        folder_(std::filesystem::absolute(request.output).parent_path()),
        graph_(load_fp32_model(request.model, {}).graph),
        text_(
            "Run config of caloquant, written by 'caloquant init'. Paths are relative to this "
            "file.\nEvery key with its meaning: caloquant schema. What this run would do, and for "
            "how long:\n  caloquant quantize " +
            request.output.filename().string() + " --dry-run") {
    if (!request.data.empty()) {
      files_ = expand_files(request.data, std::filesystem::current_path(), true);
    }
  }

  StarterConfig make() {
    const bool generator = is_generator(graph_);
    std::optional<DataLayout> layout;
    if (generator) {
      encoding_ = default_encoding(graph_);
      layout = files_.empty()
                   ? (encoding_ == InputEncoding::energy_angle_noise ? DataLayout::variable_angle
                                                                     : DataLayout::fixed_angle)
                   : shower_layout_of(files_.front(), encoding_, request_.follow_links);
    }
    if (layout) {
      write_showers(*layout);
    } else {
      write_tensors();
    }
    write_search(layout.has_value());
    result_.text = text_.text();
    if (!files_.empty()) {
      check();
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::string relative(const std::filesystem::path& path) const {
    const auto absolute = std::filesystem::absolute(path).lexically_normal();
    const auto from_folder = absolute.lexically_relative(folder_);
    return from_folder.empty() ? absolute.string() : from_folder.string();
  }

  void note(const std::string& text) { result_.notes.push_back(text); }

  void write_model(const std::string& comment, bool showers) {
    text_.begin("model", comment);
    const ModelConfig& model = request_.model;
    if (!model.file.empty()) {
      text_.set("file", relative(model.file));
    } else {
      text_.set("architecture", relative(model.architecture));
      if (model.random_weights) {
        text_.set("random_weights", *model.random_weights,
                  "A seed: good for trying, not for physics. Else \"weights\": \"FILE\".");
      } else {
        text_.set("weights", relative(model.weights));
      }
    }
    if (!showers || graph_.output_units() != EnergyUnits{}) {
      return;  // the file tells
    }
    const bool angle = encoding_ == InputEncoding::energy_angle_noise;
    text_.set("output",
              angle ? Json{{"scale", 50}, {"power", 0.85}} : Json{{"scale", 1}, {"power", 1}},
              angle ? "GeV = out^(1/power) / scale, as AngleGAN is trained; check yours."
                    : "GeV = out^(1/power) / scale: the network puts out GeV; check yours.");
  }

  /// Files as they were given where that was one pattern, else all of them.
  void write_files(const std::vector<std::filesystem::path>& files) {
    Json list = Json::array();
    const bool as_given = request_.data.size() == 1 && files.size() == files_.size();
    if (as_given) {
      list.push_back(relative(request_.data.front()));
    } else {
      for (const std::filesystem::path& file : files) {
        list.push_back(relative(file));
      }
    }
    text_.set("files", list, "Paths or patterns as showers_*.h5.");
  }

  void write_samples(EventSplit samples) {
    text_.set("calibration_samples", samples.calibration, "Events that ranges are found from.");
    text_.set("evaluation_samples", samples.evaluation,
              "Others, that the loss is measured with; more give a smaller error.");
    if (request_.follow_links) {
      text_.set("follow_links", true, "Parts of the files are in other files of their folder.");
    }
  }

  void write_showers(DataLayout layout) {
    (void)latent_size_of(graph_, encoding_);
    result_.encoding = name_of(encoding_);
    write_model("A generator of showers with " + to_string(image_shape_of(graph_)) + " cells.",
                true);
    text_.begin("data", "Showers: their energies and angles go into the network.");
    if (files_.empty()) {
      const bool angle = layout == DataLayout::variable_angle;
      text_.set("files", Json::array({angle ? "showers51_*.h5" : "showers25_*.h5"}),
                "REPLACE by your showers. For a try: caloquant make-showers --detector " +
                    std::string(angle ? "clic51" : "clic25") + " --events 500 -o " +
                    (angle ? "showers51_1.h5" : "showers25_1.h5"));
    } else {
      write_files(files_);
    }
    text_.set("layout", std::string(name_of(layout)),
              layout == DataLayout::variable_angle
                  ? "ECAL in 50 x GeV, energy in GeV, theta in rad."
                  : "ECAL in GeV, target with the energy in GeV in column 1.");
    if (request_.missing_energies == MissingEnergies::from_sum) {
      text_.set("missing_energies", std::string(name_of(request_.missing_energies)),
                "Estimated from the sums of the cells and the sampling fraction where a file has "
                "none.");
    }
    if (!request_.sampling_fraction.empty()) {
      text_.set("sampling_fraction", request_.sampling_fraction,
                "Coefficients of (E / 100 GeV)^k.");
    }
    write_samples(files_.empty() ? EventSplit{100, 200} : shower_samples(layout));
    text_.begin("input", "How the network takes them: " + std::string(name_of(encoding_)) + ".");
    text_.set("encoding", std::string(name_of(encoding_)));
    text_.set("seed", 1978, "Of the noise.");
  }

  /// Counts the showers; half as many again and again where cuts leave too few.
  EventSplit shower_samples(DataLayout layout) {
    DataOptions options;
    options.layout = layout;
    options.follow_links = request_.follow_links;
    options.image_shape = image_shape_of(graph_);
    if (request_.missing_energies == MissingEnergies::from_sum) {
      options.energies_from_sum = SamplingFraction(request_.sampling_fraction);
    }
    std::int64_t rows = 0;
    for (const std::filesystem::path& file : files_) {
      rows += ShowerFile(file, layout, options.image_shape, options.follow_links,
                         options.energies_from_sum)
                  .rows();
      options.files.push_back(std::filesystem::absolute(file).string());
    }
    note(counted(rows, "shower") + " in layout " + std::string(name_of(layout)));
    for (std::int64_t events = rows;; events /= 2) {
      const EventSplit samples = split(events);
      options.split = samples;
      try {
        for (const std::string& text : EventIndex::build(options).label_sources().notes()) {
          note(text);
        }
        return samples;
      } catch (const DataError&) {
        if (events < 2) {
          throw;
        }
      }
    }
  }

  void write_tensors() {
    result_.encoding = "tensor";
    write_model("A network with " + counted(graph_.inputs().size(), "input") + " and " +
                    counted(graph_.outputs().size(), "output") + ".",
                false);
    text_.begin("data", "Rows of arrays; every row is an event.");
    if (files_.empty()) {
      text_.set("files", "inputs.npy", "REPLACE by a .npy or HDF5 file with rows of the input(s).");
      write_samples({100, 200});
    } else {
      match_ = match_tensors(graph_, files_, request_.follow_links);
      note(counted(match_.rows, "row"));
      write_files(match_.files);
      write_names();
      write_samples(split(match_.rows));
    }
    text_.begin("input", "The rows go in as they are.");
    text_.set("encoding", "tensor");
  }

  /// A single array by its name, several by those of the network.
  static Json names_json(const std::map<std::string, std::string>& names) {
    return names.size() == 1 ? Json(names.begin()->second) : Json(names);
  }

  void write_names() {
    if (!match_.inputs.empty()) {
      text_.set("inputs", names_json(match_.inputs), "Found by name or shape; check it.");
    }
    if (match_.classes) {
      std::map<std::string, std::string> targets = match_.targets;
      std::string& only = targets.begin()->second;
      only = only.ends_with(".npy") ? relative(only) : only;
      text_.set("targets", names_json(targets), "The class of each event.");
      note("'" + only + "' holds the class of each event");
    }
  }

  void write_search(bool showers) {
    if (showers) {
      text_.begin("metric", "The shapes of showers beside those of the fp32 model.");
      text_.set("name", "shower_shape");
      text_.set("preset", "tune");
      text_.begin("accuracy_criterion",
                  "The target: how much may be lost. A run prints the loss of a dead (all-zero) "
                  "output,\nwhich is what bad means.");
      text_.set("criterion", "absolute");
      text_.set("tolerable_loss", 2.5e-4);
      text_.set("energy_response", 0.005,
                "Physics, as it is asked by default: against the fp32 model on the same events,\n"
                "mean total energy in every energy bin, profile slices, and number of hits.");
      text_.set("profile_error", 0.03);
      text_.set("hits", 0.03);
    } else if (match_.classes) {
      text_.begin("metric", "The part of events in the right class.");
      text_.set("name", "classification_top1");
      text_.set("reference", "dataset", "Against the classes in the data.");
      text_.begin("accuracy_criterion", "The target: at most 1 % of the events more are wrong.");
      text_.set("criterion", "absolute");
      text_.set("tolerable_loss", 0.01);
    } else {
      text_.begin("metric",
                  "How near the outputs are to those of the fp32 model: signal over noise in dB.\n"
                  "Others: mse, max_abs, cosine, classification_top1.");
      text_.set("name", "sqnr");
      text_.set("reference", "fp32_paired");
      text_.begin("accuracy_criterion", "The target: at least 30 dB.");
      text_.set("criterion", "limit");
      text_.set("tolerable_loss", 30);
    }
    text_.begin("tuning_criterion",
                "auto looks for the fastest plan that meets the target; basic does what Intel "
                "Neural\nCompressor does: int8 and fp32 alone.");
    text_.set("strategy", "auto");
    text_.set("max_trials", 100);
    text_.begin("emit", "h5 is what caloquant runs; onnx goes to other runtimes.");
    text_.set("formats", Json::array({"h5", "onnx"}));
  }

  /// The config as it will be read, with its events.
  void check() const {
    const std::string source = request_.output.string();
    const RunConfig config = run_config_from_json(
        parse_json<ConfigError>(result_.text, source, JsonComments::allowed), folder_, source);
    (void)make_evaluator(config, load_fp32_model(config.model, config.graph).graph);
  }

  const StarterRequest& request_;
  std::filesystem::path folder_;
  Graph graph_;
  std::vector<std::filesystem::path> files_;
  InputEncoding encoding_{};
  TensorMatch match_;
  ConfigText text_;
  StarterConfig result_;
};

}  // namespace

StarterConfig starter_config(const StarterRequest& request) {
  return Starter(request).make();
}

}  // namespace caloquant
