#include "quantizer/search/strategy/exhaustive.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <limits>

#include "quantizer/search/strategy/cost.hpp"

namespace caloquant {
namespace {

/// Exact up to the largest size_t.
std::string size_text(const LevelTable& table) {
  const bool exact = table.size() < std::numeric_limits<std::size_t>::max();
  return (exact ? "" : "more than ") + std::to_string(table.size());
}

}  // namespace

ExhaustiveStrategy::ExhaustiveStrategy(LevelTable table) : FixedSequence(std::move(table)) {
  if (this->table().size() > most_listed_assignments) {
    throw ConfigError("/tuning_criterion/strategy",
                      "'exhaustive' would try " + size_text(this->table()) +
                          " assignments; the limit is " + std::to_string(most_listed_assignments),
                      "use 'sensitivity', or search fewer precisions with op_name_dict");
  }
  struct Priced {
    double cost;
    Assignment assignment;
  };
  std::vector<Assignment> assignments = all_assignments(this->table());
  std::vector<Priced> priced;
  priced.reserve(assignments.size());
  for (Assignment& assignment : assignments) {
    const double cost = this->table().cost(assignment);
    priced.push_back({cost, std::move(assignment)});
  }
  std::ranges::stable_sort(priced, {}, &Priced::cost);
  std::vector<Assignment> sequence;
  sequence.reserve(priced.size());
  for (Priced& entry : priced) {
    sequence.push_back(std::move(entry.assignment));
  }
  set_sequence(std::move(sequence));
}

}  // namespace caloquant
