#include "graph/io/onnx/interpreter/call.hpp"

#include <caloquant/error.hpp>
#include <cmath>

#include "graph/io/onnx/interpreter/visit.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/number.hpp"

namespace caloquant::onnx {

void Call::fail(const std::string& problem, const std::string& remedy) const {
  throw ModelError(model_.place(node_), problem, remedy);
}

void Call::fail_type(ElementType type) const {
  fail("is not supported for elements of " + name_of(type));
}

const Array& Call::input(std::size_t index) const {
  const Array* array = optional(index);
  if (array == nullptr) {
    fail("has no input " + std::to_string(index));
  }
  return *array;
}

std::vector<std::int64_t> Call::integers_input(std::size_t index) const {
  const Array& array = input(index);
  require(array.rank() <= 1,
          "input " + std::to_string(index) + " must be a list, is " + describe(array));
  std::vector<std::int64_t> result;
  if (array.type() == ElementType::s64) {
    const auto values = array.data<std::int64_t>();
    result.assign(values.begin(), values.end());
  } else if (array.type() == ElementType::s32) {
    const auto values = array.data<std::int32_t>();
    result.assign(values.begin(), values.end());
  } else {
    fail("input " + std::to_string(index) + " must hold integers, is " + describe(array));
  }
  return result;
}

double Call::number_input(std::size_t index) const {
  const Array& array = input(index);
  require(array.size() == 1,
          "input " + std::to_string(index) + " must be one number, is " + describe(array));
  double result = 0.0;
  visit_all(*this, array.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    result = load_double(array.data<T>()[0]);
  });
  return result;
}

const Attribute* Call::find(const char* name, AttributeKind kind) const {
  for (const Attribute& attribute : node_.attributes) {
    if (attribute.name == name) {
      require(attribute.kind == kind,
              std::string("attribute '") + name + "' has another type than ONNX gives it");
      return &attribute;
    }
  }
  return nullptr;
}

std::int64_t Call::integer(const char* name, std::int64_t otherwise) const {
  const Attribute* found = find(name, AttributeKind::integer);
  return found == nullptr ? otherwise : found->integer;
}

double Call::number(const char* name, double otherwise) const {
  const Attribute* found = find(name, AttributeKind::number);
  if (found == nullptr) {
    return otherwise;
  }
  const auto value = static_cast<double>(found->number);
  // A bound of Clip may be infinite, which means that there is none.
  const bool unbounded = node_.op == "Clip" && std::isinf(value);
  const std::string problem = number_problem(value, NumberRange::any_float());
  require(unbounded || problem.empty(), std::string("attribute '") + name + "' " + problem);
  return value;
}

std::string Call::text(const char* name, const std::string& otherwise) const {
  const Attribute* found = find(name, AttributeKind::text);
  return found == nullptr ? otherwise : found->text;
}

std::optional<std::vector<std::int64_t>> Call::integers(const char* name) const {
  const Attribute* found = find(name, AttributeKind::integers);
  return found == nullptr ? std::nullopt : std::optional(found->integers);
}

Shape Call::per_axis(const char* name, std::size_t axes, const Shape& otherwise) const {
  Shape values = integers(name).value_or(otherwise);
  require(values.size() == axes, std::string("attribute '") + name + "' needs " +
                                     counted(axes, "entry", "entries") + ", has " +
                                     std::to_string(values.size()));
  return values;
}

std::size_t Call::axis(std::int64_t value, std::size_t rank, bool behind_last) const {
  const auto axes = static_cast<std::int64_t>(rank);
  const std::int64_t positive = value < 0 ? value + axes : value;
  if (positive < 0 || positive >= axes + (behind_last ? 1 : 0)) {
    fail("axis " + std::to_string(value) + " is none of " + counted(rank, "axis", "axes"));
  }
  return static_cast<std::size_t>(positive);
}

void Call::check_size(ElementType type, const Shape& dims) const {
  if (size_of(type) == 0) {
    fail_type(type);
  }
  if (checked_bytes(type, dims, budget_.array_bytes) < 0) {
    fail("would compute " + name_of(type) + to_string(dims) + ", more than the " +
         std::to_string(budget_.array_bytes >> 20) + " MiB that one tensor may take");
  }
}

Array Call::make(ElementType type, Shape dims) const {
  check_size(type, dims);
  Array array(type, std::move(dims));
  charge(static_cast<double>(array.size()));
  return array;
}

void Call::charge(double work) const {
  budget_.work -= work;
  if (!(budget_.work >= 0.0)) {
    fail("takes more work than a model may ask for here");
  }
}

}  // namespace caloquant::onnx
