// Pad: constant, reflect, edge, wrap; negative pads cut.

#include "graph/io/onnx/interpreter/broadcast.hpp"
#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/pads.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::onnx {
namespace {

/// Where cell `at` of an axis of `extent` comes from; -1: from nowhere.
std::int64_t source_of(const std::string& mode, std::int64_t at, std::int64_t extent) {
  if (at >= 0 && at < extent) {
    return at;
  }
  if (mode == "edge") {
    return at < 0 ? 0 : extent - 1;
  }
  if (mode == "wrap") {
    return ((at % extent) + extent) % extent;
  }
  if (mode == "reflect") {
    const std::int64_t period = std::max<std::int64_t>(1, 2 * (extent - 1));
    const std::int64_t phase = ((at % period) + period) % period;
    return phase < extent ? phase : period - phase;
  }
  return -1;
}

std::vector<std::byte> fill_value(const Call& call, const Array& src) {
  std::vector<std::byte> bytes(size_of(src.type()), std::byte{0});
  if (call.opset() < 11) {
    const double value = call.number("value", 0.0);
    visit_float(call, src.type(), [&](auto tag) {
      const auto stored = store_double<typename decltype(tag)::type>(value);
      std::memcpy(bytes.data(), &stored, sizeof(stored));
    });
  } else if (const Array* value = call.optional(2)) {
    call.require(value->size() == 1 && value->type() == src.type(),
                 "pads " + describe(src) + " with " + describe(*value));
    std::memcpy(bytes.data(), value->bytes().data(), bytes.size());
  }
  return bytes;
}

}  // namespace

Pads pads_of(const Call& call, std::size_t rank) {
  const std::vector<std::int64_t> given =
      call.opset() < 11 ? call.integers("pads").value_or(Shape{}) : call.integers_input(1);
  std::vector<std::size_t> axes;
  if (call.optional(3) != nullptr) {
    for (const std::int64_t axis : call.integers_input(3)) {
      axes.push_back(call.axis(axis, rank));
    }
  } else {
    for (std::size_t i = 0; i < rank; ++i) {
      axes.push_back(i);
    }
  }
  call.require(given.size() == 2 * axes.size(), "has " + counted(given.size(), "pad") + " for " +
                                                    counted(axes.size(), "axis", "axes"));
  Pads pads{Shape(rank, 0), Shape(rank, 0)};
  constexpr std::int64_t largest = std::int64_t{1} << 31;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    pads.begin[axes[i]] = given[i];
    pads.end[axes[i]] = given[i + axes.size()];
    for (const std::int64_t pad : {given[i], given[i + axes.size()]}) {
      call.require(pad >= -largest && pad <= largest, "has a pad of " + std::to_string(pad));
    }
  }
  return pads;
}

Results pad(const Call& call) {
  const Array& src = call.input(0);
  const std::string mode = call.text("mode", "constant");
  call.require(mode == "constant" || mode == "reflect" || mode == "edge" || mode == "wrap",
               "has the unknown mode '" + printable(mode) + "'");
  const Pads pads = pads_of(call, src.rank());
  Shape dims = src.dims();
  for (std::size_t i = 0; i < dims.size(); ++i) {
    dims[i] += pads.begin[i] + pads.end[i];
    call.require(dims[i] >= 0, "cuts more than there is of " + describe(src));
    call.require(mode == "constant" || src.dims()[i] > 0 || dims[i] == 0,
                 "has nothing to repeat in " + describe(src));
  }
  call.check_size(src.type(), dims);
  std::vector<std::vector<std::int64_t>> maps(dims.size());
  for (std::size_t i = 0; i < dims.size(); ++i) {
    for (std::int64_t at = 0; at < dims[i]; ++at) {
      maps[i].push_back(source_of(mode, at - pads.begin[i], src.dims()[i]));
    }
  }
  return {remap(call, src, maps, fill_value(call, src))};
}

}  // namespace caloquant::onnx
