#include "quantizer/search/strategy/random.hpp"

#include <algorithm>
#include <random>

namespace caloquant {
namespace {

/// In [0, count), the same with every standard library; the bias of the remainder is below 2^-56.
std::size_t draw(std::mt19937_64& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

/// The first `count` of a random order (Fisher and Yates).
std::vector<Assignment> first_of_shuffled(std::vector<Assignment> all, std::size_t count,
                                          std::mt19937_64& random) {
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(all[i], all[i + draw(random, all.size() - i)]);
  }
  all.resize(count);
  return all;
}

/// For spaces so large that hardly any is drawn twice.
std::vector<Assignment> drawn(const LevelTable& table, std::size_t count, std::mt19937_64& random) {
  std::vector<Assignment> sequence;
  std::set<Assignment> known;
  while (sequence.size() < count) {
    Assignment assignment;
    for (const LayerLevels& layer : table.layers()) {
      assignment.push_back(static_cast<std::uint8_t>(draw(random, layer.levels.size())));
    }
    if (table.quantizes(assignment) && known.insert(assignment).second) {
      sequence.push_back(std::move(assignment));
    }
  }
  return sequence;
}

}  // namespace

RandomStrategy::RandomStrategy(LevelTable table, std::uint64_t seed, std::size_t most_trials)
    : FixedSequence(std::move(table)) {
  std::mt19937_64 random(seed);
  if (this->table().size() <= most_listed_assignments) {
    std::vector<Assignment> all = all_assignments(this->table());
    const std::size_t count = std::min(most_trials, all.size());
    set_sequence(first_of_shuffled(std::move(all), count, random));
  } else {
    // Half of the space at most, so that drawing ends soon.
    set_sequence(drawn(this->table(), std::min(most_trials, most_listed_assignments / 2), random));
  }
}

}  // namespace caloquant
