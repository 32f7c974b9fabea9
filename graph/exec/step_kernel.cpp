// From a lowered layer step to the kernel that computes it.

#include "graph/exec/engine.hpp"
#include "ops/kernels/direct/direct_layer.hpp"
#include "ops/layers/make_layer.hpp"

namespace caloquant {
namespace {

/// A direct layer over all images of a buffer.
class DirectKernel final : public LayerKernel {
 public:
  DirectKernel(std::unique_ptr<DirectLayer> layer, std::int64_t images)
      : layer_(std::move(layer)), images_(images) {}

  void execute(const void* src, void* dst) override {
    layer_->execute(static_cast<const std::byte*>(src), static_cast<std::byte*>(dst), images_);
  }
  [[nodiscard]] std::string implementation() const override { return layer_->implementation(); }
  [[nodiscard]] bool is_shareable() const override { return true; }

 private:
  std::unique_ptr<DirectLayer> layer_;
  std::int64_t images_;
};

/// A plain f32 buffer is a packed one without halo.
PackedTensor packed_view(const Buffer& buffer) {
  if (buffer.format.layout == Layout::packed) {
    return buffer.packed();
  }
  CALOQUANT_EXPECT(buffer.format.layout == Layout::plain && !buffer.format.quant);
  Buffer view = buffer;
  view.format.layout = Layout::packed;
  return view.packed();
}

}  // namespace

std::unique_ptr<LayerKernel> make_step_kernel(const LoweredGraph& graph, const Step& step,
                                              Isa isa) {
  const auto& work = std::get<LayerWork>(step.work);
  const LayerQuant* quant = work.quant ? &*work.quant : nullptr;
  if (work.kind == LayerKind::library) {
    const LayerProblem problem{
        step.layer,      work.op, work.src,      work.dst,       work.weights.get(),
        work.bias.get(), quant,   work.epilogue, work.dst_dtype, work.precision == Precision::bf16};
    return work.plain && quant != nullptr ? make_plain_dense(problem) : make_layer(problem, isa);
  }
  const Buffer& src = graph.buffers[step.src.front()];
  const DirectProblem problem{
      step.layer,   std::get<Conv>(work.op), src.packed(),    packed_view(graph.buffers[step.dst]),
      work.phases,  work.weights.get(),      work.bias.get(), quant,
      work.epilogue};
  return std::make_unique<DirectKernel>(make_direct_layer(problem, variant_of(work.kind), isa),
                                        src.shape.front());
}

LayerKind default_kind(const LayerQuestion& question) {
  constexpr std::int64_t few_channels = 12;
  if (question.rows && question.dst[1] <= few_channels) {
    return LayerKind::direct_rows;
  }
  return question.channels ? LayerKind::direct_channels : LayerKind::library;
}

}  // namespace caloquant
