#pragma once

#include <span>
#include <utility>
#include <vector>

#include "quantizer/evaluate/judge.hpp"

namespace caloquant::testing {

/// What a sequence of looks came to.
struct SequentialAnswer {
  Verdict verdict = Verdict::undecided;
  std::size_t events = 0;
  std::vector<Measure> measures;
};

/// The rule of Evaluator::judged on events that are there already: looks until all is decided.
/// `measures_at`: of a look.
template <typename MeasuresAt>
[[nodiscard]] SequentialAnswer sequential_answer(std::span<const Look> looks,
                                                 MeasuresAt&& measures_at) {
  SequentialAnswer answer;
  for (const Look& look : looks) {
    answer.measures = measures_at(look);
    answer.events = look.events;
    answer.verdict = verdict_of(answer.measures);
    if (answer.verdict != Verdict::undecided) {
      break;
    }
  }
  return answer;
}

}  // namespace caloquant::testing
