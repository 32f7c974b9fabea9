#include "graph/io/native/op_json.hpp"

#include <caloquant/error.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "graph/json/json.hpp"
#include "ops/core/overloaded.hpp"

namespace caloquant {
namespace {

void write(Json&, const Dense&) {}
void write(Json&, const Affine&) {}
void write(Json&, const Add&) {}
void write(Json&, const Extremum&) {}
void write(Json&, const Identity&) {}
void write(Json& json, const Conv& op) {
  json["strides"] = op.strides;
  json["dilations"] = op.dilations;
  json["pads_begin"] = op.pads_begin;
  json["pads_end"] = op.pads_end;
  json["groups"] = op.groups;
}
void write(Json& json, const UpsampleNearest& op) {
  json["factors"] = op.factors;
}
void write(Json& json, const DepthToSpace& op) {
  json["factors"] = op.factors;
  json["crop_end"] = op.crop_end;
}
void write(Json& json, const Pad& op) {
  json["begin"] = op.begin;
  json["end"] = op.end;
}
void write(Json& json, const Pool& op) {
  json["kernel"] = op.kernel;
  json["strides"] = op.strides;
  json["pads_begin"] = op.pads_begin;
  json["pads_end"] = op.pads_end;
}
/// JSON has no infinity: a bound that is none is left out.
void write_bound(Json& json, const char* key, float bound) {
  if (std::isfinite(bound)) {
    json[key] = bound;
  }
}
void write(Json& json, const Eltwise& op) {
  switch (op.kind) {
    case EltwiseKind::clip:
      write_bound(json, "low", op.alpha);
      write_bound(json, "high", op.beta);
      return;
    case EltwiseKind::threshold:
      json["threshold"] = op.alpha;
      json["slope"] = op.beta;
      return;
    case EltwiseKind::hard_sigmoid:
      json["slope"] = op.alpha;
      json["offset"] = op.beta;
      return;
    case EltwiseKind::relu:
    case EltwiseKind::leaky_relu:
    case EltwiseKind::elu:
    case EltwiseKind::selu:
    case EltwiseKind::sigmoid:
    case EltwiseKind::tanh:
    case EltwiseKind::softplus:
    case EltwiseKind::softsign:
    case EltwiseKind::exp:
    case EltwiseKind::swish:
    case EltwiseKind::gelu:
      json["alpha"] = op.alpha;
  }
}
void write(Json& json, const Softmax& op) {
  json["axis"] = op.axis;
}
void write(Json& json, const Concat& op) {
  json["axis"] = op.axis;
}
void write(Json& json, const Reshape& op) {
  json["dims"] = op.dims;
}
void write(Json& json, const Transpose& op) {
  json["permutation"] = op.permutation;
}

Pool read_pool(PoolKind kind, const Json& json, const std::string& where) {
  return {kind, json_field<Shape>(json, "kernel", where), json_field<Shape>(json, "strides", where),
          json_field<Shape>(json, "pads_begin", where), json_field<Shape>(json, "pads_end", where)};
}

Conv read_conv(const Json& json, const std::string& where) {
  return {json_field<Shape>(json, "strides", where), json_field<Shape>(json, "dilations", where),
          json_field<Shape>(json, "pads_begin", where), json_field<Shape>(json, "pads_end", where),
          json_field<std::int64_t>(json, "groups", where)};
}

float bound_or(const Json& json, const char* key, float none, const std::string& where) {
  return json.contains(key) ? json_field<float>(json, key, where) : none;
}

Eltwise read_eltwise(EltwiseKind kind, const Json& json, const std::string& where) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  switch (kind) {
    case EltwiseKind::clip:
      return {kind, bound_or(json, "low", -infinity, where),
              bound_or(json, "high", infinity, where)};
    case EltwiseKind::threshold:
      return {kind, json_field<float>(json, "threshold", where),
              json_field<float>(json, "slope", where)};
    case EltwiseKind::hard_sigmoid:
      if (!json.contains("slope")) {  // older files know that of Keras 2 only
        return hard_sigmoid_of_keras_2;
      }
      return {kind, json_field<float>(json, "slope", where),
              json_field<float>(json, "offset", where)};
    case EltwiseKind::relu:
    case EltwiseKind::leaky_relu:
    case EltwiseKind::elu:
    case EltwiseKind::selu:
    case EltwiseKind::sigmoid:
    case EltwiseKind::tanh:
    case EltwiseKind::softplus:
    case EltwiseKind::softsign:
    case EltwiseKind::exp:
    case EltwiseKind::swish:
    case EltwiseKind::gelu:
      break;
  }
  const auto alpha = json_field<float>(json, "alpha", where);
  if (kind == EltwiseKind::relu && alpha > 0.0F) {  // how older files have a clip from 0 on
    return clip_between(0.0F, alpha);
  }
  return {kind, alpha};
}

struct OpReader {
  const char* name;
  Op (*read)(const Json&, const std::string&);
};

constexpr OpReader readers[] = {
    {"dense", [](const Json&, const std::string&) -> Op { return Dense{}; }},
    {"conv", [](const Json& j, const std::string& w) -> Op { return read_conv(j, w); }},
    {"upsample_nearest",
     [](const Json& j, const std::string& w) -> Op {
       return UpsampleNearest{json_field<Shape>(j, "factors", w)};
     }},
    {"depth_to_space",
     [](const Json& j, const std::string& w) -> Op {
       return DepthToSpace{json_field<Shape>(j, "factors", w), json_field<Shape>(j, "crop_end", w)};
     }},
    {"pad",
     [](const Json& j, const std::string& w) -> Op {
       return Pad{json_field<Shape>(j, "begin", w), json_field<Shape>(j, "end", w)};
     }},
    {"max_pool",
     [](const Json& j, const std::string& w) -> Op { return read_pool(PoolKind::max, j, w); }},
    {"average_pool",
     [](const Json& j, const std::string& w) -> Op { return read_pool(PoolKind::average, j, w); }},
    {"batch_norm",
     [](const Json& j, const std::string& w) -> Op {
       return BatchNorm{json_field<double>(j, "epsilon", w)};
     }},
    {"affine", [](const Json&, const std::string&) -> Op { return Affine{}; }},
    {"softmax",
     [](const Json& j, const std::string& w) -> Op {
       return Softmax{json_field<std::int64_t>(j, "axis", w)};
     }},
    {"maximum",
     [](const Json&, const std::string&) -> Op { return Extremum{ExtremumKind::maximum}; }},
    {"minimum",
     [](const Json&, const std::string&) -> Op { return Extremum{ExtremumKind::minimum}; }},
    {"add", [](const Json&, const std::string&) -> Op { return Add{}; }},
    {"concat",
     [](const Json& j, const std::string& w) -> Op {
       return Concat{json_field<std::int64_t>(j, "axis", w)};
     }},
    {"reshape",
     [](const Json& j, const std::string& w) -> Op {
       return Reshape{json_field<Shape>(j, "dims", w)};
     }},
    {"transpose",
     [](const Json& j, const std::string& w) -> Op {
       return Transpose{json_field<Shape>(j, "permutation", w)};
     }},
    {"identity", [](const Json&, const std::string&) -> Op { return Identity{}; }},
};

}  // namespace

template <typename T>
T json_field(const Json& json, const char* key, const std::string& where) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (!json.is_object() || found == json.end()) {
    throw ModelError(where, std::string("has no '") + key + "'");
  }
  if constexpr (std::is_same_v<T, Json>) {
    return *found;
  } else if (const std::optional<T> value = json_as<T>(*found)) {
    return *value;
  }
  throw ModelError(where, std::string("'") + key + "' has the wrong type or is out of range: " +
                              found->dump().substr(0, 60));
}
template Shape json_field(const Json&, const char*, const std::string&);
template std::int64_t json_field(const Json&, const char*, const std::string&);
template double json_field(const Json&, const char*, const std::string&);
template float json_field(const Json&, const char*, const std::string&);
template bool json_field(const Json&, const char*, const std::string&);
template std::string json_field(const Json&, const char*, const std::string&);
template Json json_field(const Json&, const char*, const std::string&);

Json op_to_json(const Op& op) {
  Json json;
  json["op"] = std::string(name_of(op));
  std::visit(Overloaded{[&](const BatchNorm& norm) { json["epsilon"] = norm.epsilon; },
                        [&](const auto& other) { write(json, other); }},
             op);
  return json;
}

Op op_from_json(const Json& json, const std::string& where) {
  const auto name = json_field<std::string>(json, "op", where);
  for (const OpReader& reader : readers) {
    if (name == reader.name) {
      return reader.read(json, where);
    }
  }
  try {
    return read_eltwise(eltwise_kind_from(name), json, where);
  } catch (const std::out_of_range&) {
    throw ModelError(where, "has the unknown operator '" + name + "'",
                     "was it written by a newer caloquant?");
  }
}

}  // namespace caloquant
