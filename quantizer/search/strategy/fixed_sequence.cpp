#include "quantizer/search/strategy/fixed_sequence.hpp"

#include <algorithm>

#include "ops/core/check.hpp"

namespace caloquant {

std::optional<Proposal> FixedSequence::next(const History& history) const {
  const std::set<Assignment> tried = table_.tried(history);
  for (const Assignment& assignment : sequence_) {
    if (tried.count(assignment) == 0) {
      return table_.proposal(assignment, std::string(name()));
    }
  }
  return std::nullopt;
}

std::vector<Proposal> FixedSequence::known_ahead(const History& history) const {
  // Nobody evaluates more together, and a proposal is far larger than an assignment.
  constexpr std::size_t most_ahead = 1000;
  const std::set<Assignment> tried = table_.tried(history);
  std::vector<Proposal> proposals;
  for (const Assignment& assignment : sequence_) {
    if (tried.count(assignment) == 0 && proposals.size() < most_ahead) {
      proposals.push_back(table_.proposal(assignment, std::string(name())));
    }
  }
  return proposals;
}

std::size_t FixedSequence::remaining_at_most(const History& history) const {
  const std::set<Assignment> tried = table_.tried(history);
  return static_cast<std::size_t>(std::ranges::count_if(
      sequence_, [&](const Assignment& assignment) { return tried.count(assignment) == 0; }));
}

std::vector<Assignment> all_assignments(const LevelTable& table) {
  CALOQUANT_EXPECT(table.size() <= most_listed_assignments);
  std::vector<Assignment> assignments;
  for (std::size_t index = 0; index < table.size(); ++index) {
    Assignment assignment(table.layers().size());
    std::size_t rest = index;
    for (std::size_t layer = assignment.size(); layer-- > 0;) {
      const std::size_t levels = table.layers()[layer].levels.size();
      assignment[layer] = static_cast<std::uint8_t>(rest % levels);
      rest /= levels;
    }
    if (table.quantizes(assignment)) {
      assignments.push_back(std::move(assignment));
    }
  }
  return assignments;
}

}  // namespace caloquant
