#include "graph/exec/step_list.hpp"

#include <algorithm>

#include "graph/exec/layouts.hpp"

namespace caloquant {

Shape StepList::logical(ValueId value) const {
  Shape shape = graph_.value(value).shape;
  if (!shape.empty() && shape.front() == dynamic) {
    shape.front() = result_.batch;
  }
  return shape;
}

BufferId StepList::add_buffer(ValueId value, const StorageFormat& format,
                              std::optional<BufferId> alias) {
  result_.buffers.push_back({value, format, memory_shape(logical(value), format.layout), alias});
  return result_.buffers.size() - 1;
}

std::optional<BufferId> StepList::find(ValueId value, const StorageFormat& format) const {
  for (BufferId id = 0; id < result_.buffers.size(); ++id) {
    if (result_.buffers[id].value == value && result_.buffers[id].format == format) {
      return id;
    }
  }
  return std::nullopt;
}

BufferId StepList::add_step(const std::string& layer, std::string op, Work work,
                            std::vector<BufferId> src, BufferId dst) {
  result_.steps.push_back({layer, std::move(op), std::move(work), std::move(src), dst});
  return dst;
}

std::optional<BufferId> StepList::find_cells(ValueId value, const std::optional<QuantParams>& quant,
                                             Layout first) const {
  const Layout second = first == Layout::plain ? Layout::channels_last : Layout::plain;
  const auto found = find(value, {first, quant, {}});
  return found ? found : find(value, {second, quant, {}});
}

BufferId StepList::ensure(ValueId value, const StorageFormat& format) {
  if (const auto found = find(value, format)) {
    return *found;
  }
  const Node* producer = graph_.producer(value);
  const std::string name = producer != nullptr ? producer->name : graph_.value(value).name;
  if (format.layout == Layout::packed && format.packing.joined) {
    StorageFormat apart = format;
    apart.packing.joined = false;
    const BufferId lanes = ensure(value, apart);
    return add_step(name, "join", JoinWork{}, {lanes}, add_buffer(value, format));
  }
  if (format.layout == Layout::packed) {
    auto cells = find_cells(value, format.quant, Layout::plain);
    cells = cells ? cells : find_cells(value, std::nullopt, Layout::plain);
    CALOQUANT_EXPECT(cells.has_value());
    return add_step(name, "pack", PackWork{}, {*cells}, add_buffer(value, format));
  }
  if (const auto same_type = find_cells(value, format.quant, format.layout)) {
    return change_layout(name, *same_type, format);
  }
  const auto f32 = find_cells(value, std::nullopt, format.layout);
  CALOQUANT_EXPECT(format.quant.has_value() && f32.has_value());
  const StorageFormat there{result_.buffers[*f32].format.layout, format.quant, {}};
  const BufferId quantized =
      add_step(name, "quantize", QuantizeWork{*format.quant}, {*f32}, add_buffer(value, there));
  return there == format ? quantized : change_layout(name, quantized, format);
}

BufferId StepList::change_layout(const std::string& name, BufferId src,
                                 const StorageFormat& format) {
  const Shape shape = result_.buffers[src].shape;
  const ValueId value = result_.buffers[src].value;
  const auto permutation = format.layout == Layout::channels_last
                               ? channels_last_axes(shape.size())
                               : plain_axes_from_channels_last(shape.size());
  if (keeps_memory(shape, permutation)) {
    return add_buffer(value, format, src);
  }
  return add_step(name, "reorder", TransposeWork{permutation}, {src}, add_buffer(value, format));
}

void StepList::add_output(const GraphOutput& output) {
  const BufferId buffer = ensure(output.value, {Layout::plain, {}, {}});
  const BufferId root = result_.root(buffer);
  const auto taken = [&](const std::vector<BufferId>& others) {
    return std::any_of(others.begin(), others.end(),
                       [&](BufferId other) { return result_.root(other) == root; });
  };
  if (!taken(result_.inputs) && !taken(result_.outputs)) {
    result_.outputs.push_back(buffer);
    return;
  }
  result_.outputs.push_back(add_step(output.name, "copy", CopyWork{}, {buffer},
                                     add_buffer(output.value, {Layout::plain, {}, {}})));
}

}  // namespace caloquant
