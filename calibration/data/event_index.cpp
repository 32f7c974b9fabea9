#include "calibration/data/event_index.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <string>

#include "calibration/data/file_list.hpp"
#include "calibration/data/shower_file.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t label_rows = 4096;  // per read without a sum cut
constexpr std::int64_t image_rows = 16;    // per read with one: some 4 MB

/// Sums of images in file units, after the threshold, in double.
class SumCut {
 public:
  explicit SumCut(const DataOptions& options)
      : minimum_(options.minimum_sum_or_default()),
        threshold_(options.cell_threshold_or_default()) {}

  [[nodiscard]] bool active() const { return minimum_ > 0.0; }

  /// Sets keep[i] for rows first + i.
  void apply(const ShowerFile& file, std::int64_t first, std::vector<char>& keep) {
    file.expect_images();
    const auto cells = static_cast<std::size_t>(element_count(file.image_shape()));
    images_.resize(keep.size() * cells);
    file.read_images(first, static_cast<std::int64_t>(keep.size()), threshold_, images_);
    for (std::size_t i = 0; i < keep.size(); ++i) {
      double sum = 0.0;
      for (const float cell : std::span(images_).subspan(i * cells, cells)) {
        sum += static_cast<double>(cell);
      }
      keep[i] = sum > minimum_ ? 1 : 0;
    }
  }

 private:
  double minimum_;
  double threshold_;
  std::vector<float> images_;
};

void expect_enough(const DataOptions& options, std::int64_t kept, std::int64_t seen,
                   std::size_t files) {
  if (kept >= options.split.events()) {
    return;
  }
  const double cut = options.minimum_sum_or_default();
  std::string remedy = "ask for fewer or give more files";
  if (kept < seen) {
    remedy += "; " + std::to_string(seen - kept) +
              " were dropped because their sum is <= " + std::to_string(cut) + " in file units";
  }
  const std::string place = options.files.size() == 1 ? options.files.front() : "the shower files";
  throw DataError(place,
                  "there are only " + std::to_string(kept) + " usable events in " +
                      std::to_string(files) + (files == 1 ? " file, " : " files, ") +
                      options.split.text(),
                  remedy);
}

}  // namespace

EventIndex EventIndex::build(const DataOptions& options) {
  CALOQUANT_EXPECT(options.split.calibration >= 0 && options.split.evaluation >= 0);
  const std::int64_t wanted = options.split.events();
  EventIndex index;
  index.files_ = expand_files(options.files, options.base_folder);
  index.image_shape_ = options.image_shape;
  index.split_ = options.split;
  SumCut cut(options);
  std::vector<EventLabel> labels;
  std::vector<char> keep;
  std::int64_t seen = 0;
  for (std::size_t f = 0; f < index.files_.size() && index.size() < wanted; ++f) {
    const ShowerFile file(index.files_[f], options.layout, index.image_shape_, options.follow_links,
                          options.energies_from_sum);
    const std::int64_t before = index.size();
    if (index.image_shape_.empty()) {
      index.image_shape_ = file.image_shape();
    }
    const std::int64_t step = cut.active() ? image_rows : label_rows;
    for (std::int64_t first = 0; first < file.rows() && index.size() < wanted; first += step) {
      const auto count = static_cast<std::size_t>(std::min(step, file.rows() - first));
      labels.resize(count);
      keep.assign(count, 1);
      if (cut.active()) {
        cut.apply(file, first, keep);
      }
      file.read_labels(first, labels, keep);
      for (std::size_t i = 0; i < count && index.size() < wanted; ++i) {
        ++seen;
        if (keep[i] != 0) {
          index.labels_.push_back(labels[i]);
          index.places_.push_back({.file = f, .row = first + static_cast<std::int64_t>(i)});
        }
      }
    }
    index.sources_.add(file.label_sources(index.size() - before));
  }
  expect_enough(options, index.size(), seen, index.files_.size());
  return index;
}

EventIndex EventIndex::of_labels(std::span<const EventLabel> labels, const EventSplit& split,
                                 const Shape& image_shape) {
  CALOQUANT_EXPECT(split.calibration >= 0 && split.evaluation >= 0);
  DataOptions options;
  options.files = {"the arrays"};
  options.split = split;
  options.minimum_sum = 0.0;
  const std::int64_t there = std::ssize(labels);
  expect_enough(options, there, there, 0);
  EventIndex index;
  index.split_ = split;
  index.image_shape_ = image_shape;
  const auto taken = labels.first(static_cast<std::size_t>(split.events()));
  index.labels_.assign(taken.begin(), taken.end());
  for (std::size_t i = 0; i < index.labels_.size(); ++i) {
    const std::string row = "[" + std::to_string(i) + "]";
    expect_label(index.labels_[i], "energies" + row, "thetas" + row);
  }
  return index;
}

std::span<const EventLabel> EventIndex::labels(EventRange range) const {
  CALOQUANT_EXPECT(0 <= range.first && range.first <= range.last && range.last <= size());
  return std::span(labels_).subspan(static_cast<std::size_t>(range.first),
                                    static_cast<std::size_t>(range.size()));
}

}  // namespace caloquant
