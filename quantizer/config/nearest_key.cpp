#include "quantizer/config/nearest_key.hpp"

#include <algorithm>
#include <numeric>

namespace caloquant {
namespace {

std::size_t distance(const std::string& from, const std::string& to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_key(const std::string& key, const std::vector<std::string>& candidates) {
  std::string nearest;
  std::size_t least = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(key, candidate);
    if (d < least && d < candidate.size()) {
      least = d;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace caloquant
