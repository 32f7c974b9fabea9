// Operators that move, repeat or drop elements of any type.

#include <algorithm>
#include <numeric>

#include "graph/io/onnx/interpreter/broadcast.hpp"
#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/slices.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::onnx {
namespace {

/// Bytes of all axes behind `axis`, and the number of blocks in front of it.
struct Blocks {
  std::size_t outer = 1;
  std::size_t inner_bytes = 1;
};

Blocks blocks_of(const Array& array, std::size_t axis) {
  Blocks blocks;
  blocks.inner_bytes = size_of(array.type());
  for (std::size_t i = 0; i < array.rank(); ++i) {
    const auto extent = static_cast<std::size_t>(array.dims()[i]);
    blocks.outer *= i < axis ? extent : 1;
    blocks.inner_bytes *= i > axis ? extent : 1;
  }
  return blocks;
}

/// Positions first, first + step, ... of every axis.
Array strided(const Call& call, const Array& src, const Slices& slices) {
  const Shape strides = strides_of(src.dims());
  View view{slices.extents, strides, 0};
  for (std::size_t i = 0; i < src.rank(); ++i) {
    view.strides[i] = strides[i] * slices.steps[i];
    view.offset += strides[i] * slices.starts[i];
  }
  return materialize(call, src, view);
}

/// Extents of the parts of Split: given, or as equal as can be.
std::vector<std::int64_t> split_extents(const Call& call, std::int64_t extent) {
  std::optional<std::vector<std::int64_t>> given;
  if (call.opset() < 13) {
    given = call.integers("split");
  } else if (call.optional(1) != nullptr) {
    given = call.integers_input(1);
  }
  const auto parts = static_cast<std::int64_t>(call.output_count());
  if (!given) {
    const std::int64_t wanted = call.integer("num_outputs", parts);
    call.require(wanted == parts && parts > 0 && (extent % parts == 0 || call.opset() >= 18),
                 "cannot split " + counted(extent, "cell") + " into " + counted(wanted, "part"));
    const std::int64_t part = (extent + parts - 1) / parts;
    given = std::vector<std::int64_t>(static_cast<std::size_t>(parts), part);
    given->back() = extent - part * (parts - 1);
  }
  std::int64_t total = 0;
  for (const std::int64_t part : *given) {
    call.require(part >= 0 && part <= extent, "has a part of " + std::to_string(part));
    total += part;
  }
  call.require(total == extent && static_cast<std::int64_t>(given->size()) == parts,
               "has parts that do not make up " + counted(extent, "cell"));
  return *given;
}

/// [N, C, H, W] seen as 6 axes, those permuted, and seen as 4 axes again.
Array shuffle(const Call& call, const Shape& six, const std::vector<std::size_t>& order,
              const Shape& four) {
  const Array src = call.input(0).reshaped(six);
  const Shape strides = strides_of(six);
  View view;
  for (const std::size_t axis : order) {
    view.dims.push_back(six[axis]);
    view.strides.push_back(strides[axis]);
  }
  return materialize(call, src, view).reshaped(four);
}

}  // namespace

Results transpose(const Call& call) {
  const Array& src = call.input(0);
  Shape reversed(src.rank());
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  const Shape order = call.per_axis("perm", src.rank(), reversed);
  const Shape strides = strides_of(src.dims());
  View view;
  std::vector<bool> seen(src.rank(), false);
  for (const std::int64_t entry : order) {
    const std::size_t axis = call.axis(entry, src.rank());
    call.require(!seen[axis], "has axis " + std::to_string(entry) + " twice in perm");
    seen[axis] = true;
    view.dims.push_back(src.dims()[axis]);
    view.strides.push_back(strides[axis]);
  }
  return {materialize(call, src, view)};
}

Results concat(const Call& call) {
  const Array& first = call.input(0);
  const std::size_t axis = call.axis(call.integer("axis", 1), first.rank());
  Shape dims = first.dims();
  for (std::size_t i = 1; i < call.input_count(); ++i) {
    const Array& next = call.input(i);
    Shape others = next.dims();
    const bool fits = next.type() == first.type() && next.rank() == first.rank();
    if (fits) {
      others[axis] = first.dims()[axis];
    }
    call.require(fits && others == first.dims(),
                 "cannot concatenate " + describe(first) + " and " + describe(next));
    dims[axis] += next.dims()[axis];
  }
  Array result = call.make(first.type(), dims);
  const Blocks to = blocks_of(result, axis);
  std::size_t offset = 0;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    const Array& src = call.input(i);
    const std::size_t bytes =
        blocks_of(src, axis).inner_bytes * static_cast<std::size_t>(src.dims()[axis]);
    for (std::size_t outer = 0; bytes > 0 && outer < to.outer; ++outer) {
      const std::size_t row = to.inner_bytes * static_cast<std::size_t>(dims[axis]);
      std::memcpy(result.bytes().data() + outer * row + offset, src.bytes().data() + outer * bytes,
                  bytes);
    }
    offset += bytes;
  }
  return {result};
}

Results split(const Call& call) {
  const Array& src = call.input(0);
  const std::size_t axis = call.axis(call.integer("axis", 0), src.rank());
  Results results;
  Slices slices{Shape(src.rank(), 0), Shape(src.rank(), 1), src.dims()};
  for (const std::int64_t extent : split_extents(call, src.dims()[axis])) {
    slices.extents[axis] = extent;
    results.push_back(strided(call, src, slices));
    slices.starts[axis] += extent;
  }
  return results;
}

constexpr std::int64_t largest_step = std::int64_t{1} << 62;

/// The part of one axis.
struct Slice1D {
  std::int64_t start = 0;
  std::int64_t extent = 0;
};

Slice1D slice_of(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t extent) {
  const std::int64_t low = step > 0 ? 0 : -1;
  const std::int64_t high = step > 0 ? extent : extent - 1;
  const auto bounded = [&](std::int64_t value) {
    return std::clamp(value < 0 ? std::max(value, -largest_step) + extent : value, low, high);
  };
  const std::int64_t first = std::max<std::int64_t>(0, bounded(start));
  const std::int64_t way = step > 0 ? bounded(end) - first : first - bounded(end);
  const std::int64_t size = step > 0 ? step : -step;
  if (way <= 0) {
    return {};
  }
  return {first, extent > 0 ? (way - 1) / size + 1 : 0};
}

Slices slices_of(const Call& call, const Shape& dims) {
  const bool attributes = call.opset() < 10;
  const auto list = [&](const char* name, std::size_t index) {
    return attributes ? call.integers(name).value_or(Shape{}) : call.integers_input(index);
  };
  const Shape starts = list("starts", 1);
  const Shape ends = list("ends", 2);
  Shape axes(starts.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (attributes ? call.integers("axes").has_value() : call.optional(3) != nullptr) {
    axes = list("axes", 3);
  }
  const bool stepped = !attributes && call.optional(4) != nullptr;
  const Shape steps = stepped ? call.integers_input(4) : Shape(starts.size(), 1);
  call.require(
      ends.size() == starts.size() && axes.size() == starts.size() && steps.size() == starts.size(),
      "has lists of different lengths");
  Slices slices{Shape(dims.size(), 0), Shape(dims.size(), 1), dims};
  for (std::size_t i = 0; i < starts.size(); ++i) {
    call.require(steps[i] != 0 && steps[i] >= -largest_step && steps[i] <= largest_step,
                 "has an impossible step");
    const std::size_t axis = call.axis(axes[i], dims.size());
    const Slice1D one = slice_of(starts[i], ends[i], steps[i], dims[axis]);
    slices.starts[axis] = one.start;
    slices.steps[axis] = steps[i];
    slices.extents[axis] = one.extent;
  }
  return slices;
}

Results slice(const Call& call) {
  const Array& src = call.input(0);
  return {strided(call, src, slices_of(call, src.dims()))};
}

Results gather(const Call& call) {
  const Array& src = call.input(0);
  const Array& indices = call.input(1);
  const std::size_t axis = call.axis(call.integer("axis", 0), src.rank());
  std::vector<std::int64_t> at;
  if (indices.type() == ElementType::s64) {
    at.assign(indices.data<std::int64_t>().begin(), indices.data<std::int64_t>().end());
  } else if (indices.type() == ElementType::s32) {
    at.assign(indices.data<std::int32_t>().begin(), indices.data<std::int32_t>().end());
  } else {
    call.fail_type(indices.type());
  }
  Shape dims(src.dims().begin(), src.dims().begin() + static_cast<std::ptrdiff_t>(axis));
  dims.insert(dims.end(), indices.dims().begin(), indices.dims().end());
  dims.insert(dims.end(), src.dims().begin() + static_cast<std::ptrdiff_t>(axis) + 1,
              src.dims().end());
  const std::int64_t extent = src.dims()[axis];
  for (std::int64_t& index : at) {
    call.require(
        index >= -extent && index < extent,
        "has the index " + std::to_string(index) + " for " + counted(extent, "entry", "entries"));
    index += index < 0 ? extent : 0;
  }
  Array result = call.make(src.type(), dims);
  const Blocks blocks = blocks_of(src, axis);
  std::byte* to = result.bytes().data();
  for (std::size_t outer = 0; blocks.inner_bytes > 0 && outer < blocks.outer; ++outer) {
    for (const std::int64_t index : at) {
      const std::size_t row =
          outer * static_cast<std::size_t>(extent) + static_cast<std::size_t>(index);
      std::memcpy(to, src.bytes().data() + row * blocks.inner_bytes, blocks.inner_bytes);
      to += blocks.inner_bytes;
    }
  }
  return {result};
}

Results expand(const Call& call) {
  const Array& src = call.input(0);
  const Shape wanted = call.integers_input(1);
  call.require(wanted.size() <= 64, "expands to more than 64 axes");
  const Shape dims = broadcast(call, src.dims(), wanted);
  call.check_size(src.type(), dims);
  return {materialize(call, src, broadcast_view(src, dims))};
}

Results tile(const Call& call) {
  const Array& src = call.input(0);
  const Shape repeats = call.integers_input(1);
  call.require(repeats.size() == src.rank(),
               "has " + std::to_string(repeats.size()) + " repeats for " + describe(src));
  constexpr std::int64_t largest = std::int64_t{1} << 31;
  Shape dims = src.dims();
  for (std::size_t i = 0; i < dims.size(); ++i) {
    call.require(repeats[i] >= 0 && repeats[i] <= largest && dims[i] <= largest,
                 "repeats " + std::to_string(repeats[i]) + " times");
    dims[i] *= repeats[i];
  }
  call.check_size(src.type(), dims);
  std::vector<std::vector<std::int64_t>> maps(dims.size());
  for (std::size_t i = 0; i < dims.size(); ++i) {
    for (std::int64_t at = 0; at < dims[i]; ++at) {
      maps[i].push_back(at % src.dims()[i]);
    }
  }
  return {remap(call, src, maps)};
}

Results depth_to_space(const Call& call) {
  const Array& src = call.input(0);
  const std::int64_t size = call.integer("blocksize", 0);
  const std::string mode = call.text("mode", "DCR");
  call.require(mode == "DCR" || mode == "CRD", "has the unknown mode '" + printable(mode) + "'");
  call.require(
      src.rank() == 4 && size >= 1 && size <= 65536 && src.dims()[1] % (size * size) == 0,
      "cannot move channels of " + describe(src) + " to blocks of " + std::to_string(size));
  const std::int64_t n = src.dims()[0];
  const std::int64_t c = src.dims()[1] / (size * size);
  const std::int64_t h = src.dims()[2];
  const std::int64_t w = src.dims()[3];
  const Shape four{n, c, h * size, w * size};
  if (mode == "DCR") {
    return {shuffle(call, {n, size, size, c, h, w}, {0, 3, 4, 1, 5, 2}, four)};
  }
  return {shuffle(call, {n, c, size, size, h, w}, {0, 1, 4, 2, 5, 3}, four)};
}

Results space_to_depth(const Call& call) {
  const Array& src = call.input(0);
  const std::int64_t size = call.integer("blocksize", 0);
  call.require(src.rank() == 4 && size >= 1 && size <= 65536 && src.dims()[2] % size == 0 &&
                   src.dims()[3] % size == 0,
               "cannot move blocks of " + std::to_string(size) + " of " + describe(src));
  const Shape& d = src.dims();
  return {shuffle(call, {d[0], d[1], d[2] / size, size, d[3] / size, size}, {0, 3, 5, 1, 2, 4},
                  {d[0], d[1] * size * size, d[2] / size, d[3] / size})};
}

}  // namespace caloquant::onnx
