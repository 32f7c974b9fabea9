#include <caloquant/metric.hpp>
#include <utility>

namespace caloquant {
namespace {

using Function = std::function<double(const WholeSample&)>;

/// Every output one batch behind the other.
class Columns {
 public:
  void add(std::span<const std::span<const float>> batch) {
    columns_.resize(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      columns_[i].insert(columns_[i].end(), batch[i].begin(), batch[i].end());
    }
  }
  [[nodiscard]] std::vector<std::span<const float>> spans() const {
    return {columns_.begin(), columns_.end()};
  }

 private:
  std::vector<std::vector<float>> columns_;
};

class WholeSampleKeeper : public MetricSample {
 public:
  explicit WholeSampleKeeper(const Function& function) : function_(function) {}

  void add(const MetricBatch& batch) override {
    events_ += batch.count;
    outputs_.add(batch.outputs);
    reference_.add(batch.reference);
    energies_.insert(energies_.end(), batch.energies.begin(), batch.energies.end());
    thetas_.insert(thetas_.end(), batch.thetas.begin(), batch.thetas.end());
  }
  [[nodiscard]] MetricValue value() const override {
    const std::vector<std::span<const float>> outputs = outputs_.spans();
    const std::vector<std::span<const float>> reference = reference_.spans();
    return {function_({events_, outputs, reference, energies_, thetas_})};
  }

 private:
  const Function& function_;
  std::int64_t events_ = 0;
  Columns outputs_;
  Columns reference_;
  std::vector<double> energies_;
  std::vector<double> thetas_;
};

class WholeSampleMetric : public Metric {
 public:
  WholeSampleMetric(std::string name, Function function, bool higher_is_better)
      : name_(std::move(name)),
        function_(std::move(function)),
        higher_is_better_(higher_is_better) {}

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] bool higher_is_better() const override { return higher_is_better_; }
  [[nodiscard]] std::unique_ptr<MetricSample> start(std::int64_t /*events*/) const override {
    return std::make_unique<WholeSampleKeeper>(function_);
  }

 private:
  std::string name_;
  Function function_;
  bool higher_is_better_;
};

}  // namespace

std::shared_ptr<const Metric> make_metric(std::string name, Function function,
                                          bool higher_is_better) {
  return std::make_shared<WholeSampleMetric>(std::move(name), std::move(function),
                                             higher_is_better);
}

}  // namespace caloquant
