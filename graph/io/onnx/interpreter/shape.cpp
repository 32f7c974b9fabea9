// Operators that change or tell extents.

#include <algorithm>

#include "graph/io/onnx/interpreter/functions.hpp"

namespace caloquant::onnx {
namespace {

/// axes of Squeeze and Unsqueeze: an attribute before opset 13, then input 1.
std::optional<std::vector<std::int64_t>> axes_of(const Call& call) {
  if (call.opset() < 13) {
    return call.integers("axes");
  }
  return call.optional(1) == nullptr ? std::nullopt : std::optional(call.integers_input(1));
}

std::int64_t product(const Shape& dims, std::size_t begin, std::size_t end) {
  std::int64_t result = 1;
  for (std::size_t i = begin; i < end; ++i) {
    result *= dims[i];
  }
  return result;
}

}  // namespace

Results reshape(const Call& call) {
  const Array& src = call.input(0);
  Shape dims = call.integers_input(1);
  const bool zero_copies = call.integer("allowzero", 0) == 0;
  const std::string text = printable(to_string(dims));
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t open = none;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && zero_copies) {
      call.require(i < src.rank(), "copies an extent that " + describe(src) + " does not have");
      dims[i] = src.dims()[i];
    } else if (dims[i] == -1) {
      call.require(open == none, "has two extents of -1: " + text);
      open = i;
      dims[i] = 1;
    }
  }
  const std::int64_t known = checked_bytes(ElementType::u8, dims, std::int64_t{1} << 62);
  if (open != none && known > 0) {
    dims[open] = src.size() / known;
  }
  call.require(
      known >= 0 && checked_bytes(ElementType::u8, dims, std::int64_t{1} << 62) == src.size(),
      "cannot reshape " + describe(src) + " to " + text);
  return {src.reshaped(dims)};
}

Results flatten(const Call& call) {
  const Array& src = call.input(0);
  const std::size_t axis = call.axis(call.integer("axis", 1), src.rank(), true);
  return {src.reshaped({product(src.dims(), 0, axis), product(src.dims(), axis, src.rank())})};
}

Results squeeze(const Call& call) {
  const Array& src = call.input(0);
  std::vector<bool> gone(src.rank(), false);
  if (const auto axes = axes_of(call)) {
    for (const std::int64_t axis : *axes) {
      const std::size_t at = call.axis(axis, src.rank());
      call.require(src.dims()[at] == 1,
                   "cannot squeeze axis " + std::to_string(axis) + " of " + describe(src));
      gone[at] = true;
    }
  } else {
    std::transform(src.dims().begin(), src.dims().end(), gone.begin(),
                   [](std::int64_t extent) { return extent == 1; });
  }
  Shape dims;
  for (std::size_t i = 0; i < src.rank(); ++i) {
    if (!gone[i]) {
      dims.push_back(src.dims()[i]);
    }
  }
  return {src.reshaped(dims)};
}

Results unsqueeze(const Call& call) {
  const Array& src = call.input(0);
  const auto axes = axes_of(call);
  call.require(axes.has_value() && axes->size() <= 64, "has no axes");
  const std::size_t rank = src.rank() + axes->size();
  std::vector<bool> added(rank, false);
  for (const std::int64_t axis : *axes) {
    const std::size_t at = call.axis(axis, rank);
    call.require(!added[at], "adds axis " + std::to_string(axis) + " twice");
    added[at] = true;
  }
  Shape dims;
  std::size_t from = 0;
  for (std::size_t i = 0; i < rank; ++i) {
    dims.push_back(added[i] ? 1 : src.dims()[from++]);
  }
  return {src.reshaped(dims)};
}

Results identity(const Call& call) {
  return {call.input(0)};
}

Results dropout(const Call& call) {
  call.require(call.optional(2) == nullptr || call.number_input(2) == 0.0, "is in training mode");
  Results results{call.input(0)};
  if (call.output_count() > 1) {
    const bool as_bool = call.opset() >= 10;
    Array mask = call.make(as_bool ? ElementType::boolean : results[0].type(), results[0].dims());
    if (as_bool) {
      std::fill(mask.data<bool>().begin(), mask.data<bool>().end(), true);
    }
    results.push_back(mask);
  }
  return results;
}

Results shape(const Call& call) {
  const Shape& dims = call.input(0).dims();
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto bound = [&](const char* name, std::int64_t otherwise) {
    const std::int64_t value = call.integer(name, otherwise);
    return std::clamp<std::int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  const std::int64_t start = bound("start", 0);
  const std::int64_t end = std::max(start, bound("end", rank));
  const std::vector<std::int64_t> part(dims.begin() + start, dims.begin() + end);
  return {Array::of<std::int64_t>({end - start}, part)};
}

Results size(const Call& call) {
  return {Array::of<std::int64_t>({}, {call.input(0).size()})};
}

}  // namespace caloquant::onnx
