#include "graph/load_model/second_opinion.hpp"

#include <algorithm>
#include <sstream>

namespace caloquant {

onnx::ImportCheck SecondOpinion::check() const {
  return onnx::check_import(model_, imported_, ready_);
}

onnx::ImportCheck SecondOpinion::check(std::int64_t available, const RowFiller& fill) const {
  const std::int64_t rows = std::max<std::int64_t>(2, onnx::fixed_batch(model_));
  const std::int64_t taken = fill ? std::min(available, (rows + 1) / 2) : 0;
  onnx::Probes probes = onnx::seeded_probes(model_, rows);
  std::vector<std::vector<float>> data;
  std::vector<std::span<float>> spans;
  for (const onnx::Array& probe : probes) {
    data.emplace_back(static_cast<std::size_t>(probe.size() / rows * taken));
  }
  std::ranges::copy(data, std::back_inserter(spans));
  if (taken > 0) {
    fill(taken, spans);
  }
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const auto to = probes[i].data<float>();
    const std::size_t row = to.size() / static_cast<std::size_t>(rows);
    for (std::size_t k = 0; k < static_cast<std::size_t>(taken); ++k) {
      std::ranges::copy(std::span(data[i]).subspan(k * row, row), to.subspan(2 * k * row).begin());
    }
  }
  onnx::OpinionOptions options;
  options.probes = std::move(probes);
  return onnx::check_import(model_, imported_, ready_, options);
}

std::string note_of(const std::optional<onnx::ImportCheck>& check) {
  if (!check || check->complete()) {
    return {};
  }
  std::ostringstream text;
  text.precision(3);
  text << "the import was checked in part: " << onnx::describe(*check) << ", because a row takes "
       << check->multiply_adds / 1e6 << " million multiply-adds";
  return text.str();
}

}  // namespace caloquant
