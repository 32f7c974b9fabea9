#include "quantizer/showers/compare.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>

#include "graph/exec/between_steps.hpp"
#include "ops/core/clock.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/enums.hpp"
#include "ops/core/thread_count.hpp"
#include "quantizer/evaluate/generator_interface.hpp"
#include "quantizer/showers/discriminator.hpp"
#include "quantizer/showers/shower_maker.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Pairing> pairing_names({{Pairing::none, "none"},
                                            {Pairing::primaries, "primaries"},
                                            {Pairing::latents, "primaries and latents"}});

constexpr std::int64_t events_between_models = 1000;
constexpr std::int64_t most_events = 10'000'000;  // 13 GB of rows per side

/// Showers of one side, a block at a time.
class Source {
 public:
  Source(const ComparedSide& side, const CompareOptions& options) {
    if (side.is_model()) {
      graph_ = &*side.graph;
      image_ = image_shape_of(*graph_);
      static_cast<void>(latent_size_of(*graph_, options.encoding));
    } else {
      files_ = std::make_unique<ShowerFiles>(side.files, side.follow_links, side.energies_from_sum);
      image_ = files_->image_shape();
    }
    threshold_ = static_cast<float>(options.cell_threshold);
    first_event_ = options.first_event;
  }

  /// A model is compiled when the number of events is known, which a batch need not exceed.
  void start(const CompareOptions& options, std::int64_t batch) {
    if (graph_ != nullptr) {
      maker_ = std::make_unique<ShowerMaker>(
          *graph_, ShowerMaker::Spec{options.encoding, options.primaries.seed, batch,
                                     LossUnits::gev, options.engine});
    }
  }

  [[nodiscard]] const ShowerFiles* files() const { return files_.get(); }
  [[nodiscard]] const Shape& image_shape() const { return image_; }

  /// Images [labels.size(), X, Y, Z] in GeV.
  [[nodiscard]] std::span<const float> images(std::int64_t first,
                                              std::span<const EventLabel> labels) {
    const std::size_t size = labels.size() * static_cast<std::size_t>(element_count(image_shape()));
    if (maker_) {
      maker_->fill(first_event_ + first, labels, images_);
    } else {
      images_.resize(size);
      files_->read(first, images_);
    }
    const std::span<float> used = std::span(images_).first(size);
    if (threshold_ > 0.0F) {
      std::replace_if(
          used.begin(), used.end(), [this](float cell) { return cell < threshold_; }, 0.0F);
    }
    return used;
  }

 private:
  const Graph* graph_ = nullptr;
  std::unique_ptr<ShowerMaker> maker_;
  std::unique_ptr<ShowerFiles> files_;
  Shape image_;
  std::vector<float> images_;
  float threshold_ = 0.0F;
  std::int64_t first_event_ = 0;
};

/// Primaries of the events of both sides.
struct Labels {
  std::vector<EventLabel> a;
  std::vector<EventLabel> b;
};

std::int64_t event_count(const ComparedSide& a, const ComparedSide& b, const Source& source_a,
                         const Source& source_b, const CompareOptions& options) {
  if (options.events != 0) {
    check_number("--events", options.events, 2, most_events);
  }
  std::int64_t events = options.events;
  for (const auto& [side, source] : {std::pair(&a, &source_a), std::pair(&b, &source_b)}) {
    if (source->files() == nullptr) {
      continue;
    }
    const std::int64_t stored = source->files()->events();
    if (options.events > stored || stored < 2) {
      throw DataError(side->text, "has only " + counted(stored, "event"),
                      stored < 2 ? "at least two are compared" : "lower --events or give more");
    }
    events = events == 0 ? stored : std::min(events, stored);
  }
  if (!options.labels.empty()) {
    return static_cast<std::int64_t>(options.labels.size());
  }
  return events == 0 ? events_between_models : std::min(events, most_events);
}

Labels labels_of(const Source& a, const Source& b, std::int64_t events,
                 const CompareOptions& options) {
  Labels labels;
  if (a.files() != nullptr) {
    labels.a = a.files()->labels(events);
  }
  if (b.files() != nullptr) {
    labels.b = b.files()->labels(events);
  }
  if (a.files() == nullptr && b.files() == nullptr) {
    labels.a = options.labels;
    for (std::int64_t event = 0; options.labels.empty() && event < events; ++event) {
      labels.a.push_back(draw_primary(options.primaries, event));
    }
  }
  labels.a = labels.a.empty() ? labels.b : labels.a;
  labels.b = labels.b.empty() ? labels.a : labels.b;
  return labels;
}

/// Of the files of a side, else of the other's, else of given primaries.
LabelSources sources_of(const Source& side, const Source& other, std::int64_t events,
                        const CompareOptions& options) {
  for (const Source* source : {&side, &other}) {
    if (source->files() != nullptr) {
      return source->files()->label_sources(events);
    }
  }
  LabelSources given = options.label_sources;
  given.events = given.events == 0 ? events : given.events;  // drawn ones
  return given;
}

void check_options(const ComparedSide& a, const ComparedSide& b, const CompareOptions& options) {
  check_number("--batch", options.batch, 1, largest_generated_batch);
  if (a.is_model() && b.is_model() && options.labels.empty()) {
    check(options.primaries, options.encoding);
  }
  if (!(options.cell_threshold >= 0.0 && std::isfinite(options.cell_threshold))) {
    throw UsageError("--cell-threshold", std::to_string(options.cell_threshold) + " cannot be used",
                     "give an energy in GeV, 0 for none");
  }
}

void require_equal_images(const ComparedSide& a, const ComparedSide& b, const Source& of_a,
                          const Source& of_b) {
  if (of_a.image_shape() == of_b.image_shape()) {
    return;
  }
  const std::string problem = "has images of " + to_string(of_b.image_shape()) + ", '" + a.text +
                              "' of " + to_string(of_a.image_shape());
  const std::string remedy = "compare showers of one detector";
  if (b.is_model()) {
    throw ModelError(b.text, problem, remedy);
  }
  throw DataError(b.text, problem, remedy);
}

/// Hands a block of events to a sample and to the discriminator.
void add(ShowerSample& sample, std::span<const float> images, std::span<const EventLabel> labels,
         Discriminator* discriminator) {
  std::vector<double> energies;
  std::vector<double> thetas;
  for (const EventLabel& label : labels) {
    energies.push_back(label.energy);
    thetas.push_back(label.theta);
  }
  sample.add(images, energies, thetas, team_size());
  if (discriminator != nullptr) {
    discriminator->score(images, sample);
  }
}

ImageExtents extents_of(const Shape& shape) {
  ImageExtents extents{};
  std::transform(shape.begin(), shape.end(), extents.begin(),
                 [](std::int64_t extent) { return static_cast<std::size_t>(extent); });
  return extents;
}

Pairing pairing_of(const ComparedSide& a, const ComparedSide& b, const Labels& labels) {
  if (labels.a != labels.b) {
    return Pairing::none;
  }
  return a.is_model() && b.is_model() ? Pairing::latents : Pairing::primaries;
}

}  // namespace

std::string_view name_of(Pairing pairing) noexcept {
  return pairing_names[pairing];
}

std::vector<std::string> label_notes(const CompareResult& result, const ComparedSide& a,
                                     const ComparedSide& b) {
  std::vector<std::string> notes;
  const auto add = [&](const std::string& side, const LabelSources& labels) {
    for (const std::string& note : labels.notes()) {
      notes.push_back(side + note);
    }
  };
  if (a.is_model() && b.is_model()) {
    add("", result.labels_a);
    return notes;
  }
  if (!a.is_model()) {
    add("A: ", result.labels_a);
  }
  if (!b.is_model()) {
    add("B: ", result.labels_b);
  }
  return notes;
}

CompareResult compare(const ComparedSide& a, const ComparedSide& b, const Graph* discriminator,
                      const CompareOptions& options, const CompareProgress& progress) {
  const double begin = steady_seconds();
  check_options(a, b, options);
  Source source_a(a, options);
  Source source_b(b, options);
  require_equal_images(a, b, source_a, source_b);
  CompareResult result;
  result.seed = options.primaries.seed;
  result.events = event_count(a, b, source_a, source_b, options);
  const std::int64_t batch = std::min(options.batch, result.events);
  std::int64_t done = 0;
  CompareOptions running = options;
  if (progress) {
    running.engine.listener = between_steps([&] { progress(done, result.events); });
  }
  source_a.start(running, batch);
  source_b.start(running, batch);
  const Labels labels = labels_of(source_a, source_b, result.events, options);
  result.labels_a = sources_of(source_a, source_b, result.events, options);
  result.labels_b = sources_of(source_b, source_a, result.events, options);
  result.pairing = pairing_of(a, b, labels);
  std::optional<Discriminator> scorer_model;
  if (discriminator != nullptr) {
    scorer_model.emplace(*discriminator, source_a.image_shape(), options.discriminator_units,
                         batch);
  }
  const auto events = static_cast<std::size_t>(result.events);
  ShowerSample sample_a(extents_of(source_a.image_shape()), events);
  ShowerSample sample_b(extents_of(source_a.image_shape()), events);
  for (std::int64_t first = 0; first < result.events; first += batch) {
    const auto count = static_cast<std::size_t>(std::min(batch, result.events - first));
    const auto part = [&](const std::vector<EventLabel>& all) {
      return std::span(all).subspan(static_cast<std::size_t>(first), count);
    };
    Discriminator* const scorer = scorer_model ? &*scorer_model : nullptr;
    const std::span<const float> images_a = source_a.images(first, part(labels.a));
    const std::span<const float> images_b = source_b.images(first, part(labels.b));
    add(sample_a, images_a, part(labels.a), scorer);
    add(sample_b, images_b, part(labels.b), scorer);
    if (options.images) {
      options.images(first, images_a, images_b);
    }
    done = first + static_cast<std::int64_t>(count);
    if (progress) {
      progress(done, result.events);
    }
  }
  if (options.samples) {
    options.samples(sample_a, sample_b);
  }
  result.report = shower_report(
      sample_a, sample_b,
      {.paired = result.pairing != Pairing::none,
       .seed = options.primaries.seed,
       .estimated_a = source_a.files() != nullptr && result.labels_a.estimated_energies > 0,
       .estimated_b = source_b.files() != nullptr && result.labels_b.estimated_energies > 0});
  result.seconds = steady_seconds() - begin;
  return result;
}

}  // namespace caloquant
