#include "ops/kernels/direct/direct_common.hpp"

#include <algorithm>
#include <bit>
#include <caloquant/error.hpp>
#include <utility>

#include "ops/core/check.hpp"
#include "ops/core/enums.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<DirectVariant> direct_variant_names({{DirectVariant::rows, "direct_rows"},
                                                         {DirectVariant::planes, "direct_planes"},
                                                         {DirectVariant::channels,
                                                          "direct_channels"}});

using direct::Activation;
using direct::Lane;

/// none: not known to the direct kernels.
Activation activation_of(EltwiseKind kind) {
  switch (kind) {
    case EltwiseKind::relu:
      return Activation::relu;
    case EltwiseKind::leaky_relu:
      return Activation::leaky_relu;
    case EltwiseKind::clip:
      return Activation::clip;
    case EltwiseKind::threshold:
    case EltwiseKind::elu:
    case EltwiseKind::selu:
    case EltwiseKind::sigmoid:
    case EltwiseKind::hard_sigmoid:
    case EltwiseKind::tanh:
    case EltwiseKind::softplus:
    case EltwiseKind::softsign:
    case EltwiseKind::exp:
    case EltwiseKind::swish:
    case EltwiseKind::gelu:
      break;
  }
  return Activation::none;
}

/// The epilogue in two parts, if it has these two.
struct EpilogueParts {
  const Eltwise* function = nullptr;
  const ChannelAffine* affine = nullptr;
};

std::optional<EpilogueParts> epilogue_parts(const Epilogue& epilogue) {
  EpilogueParts parts;
  for (const EpilogueOp& op : epilogue.ops) {
    if (const auto* affine = std::get_if<ChannelAffine>(&op)) {
      if (parts.affine != nullptr) {
        return std::nullopt;
      }
      parts.affine = affine;
      continue;
    }
    const auto& function = std::get<Eltwise>(op);
    if (parts.function != nullptr || parts.affine != nullptr ||
        activation_of(function.kind) == Activation::none) {
      return std::nullopt;
    }
    parts.function = &function;
  }
  return parts;
}

std::vector<float> spread(const std::vector<float>& values,
                          const std::vector<std::int64_t>& place) {
  std::vector<float> result(place.size(), 0.0F);
  for (std::size_t i = 0; i < place.size(); ++i) {
    if (place[i] >= 0) {
      result[i] = values[values.size() == 1 ? 0 : static_cast<std::size_t>(place[i])];
    }
  }
  return result;
}

}  // namespace

std::string_view name_of(DirectVariant variant) noexcept {
  return direct_variant_names[variant];
}

bool direct_supports(const Conv& conv, const Epilogue& epilogue, DirectVariant variant) {
  const auto last_strides = static_cast<std::size_t>(variant == DirectVariant::planes ? 2
                                                     : variant == DirectVariant::rows ? 1
                                                                                      : 0);
  return conv.groups == 1 && conv.strides.size() >= last_strides &&
         std::all_of(conv.strides.end() - static_cast<std::ptrdiff_t>(last_strides),
                     conv.strides.end(), [](std::int64_t stride) { return stride == 1; }) &&
         epilogue_parts(epilogue).has_value();
}

bool planes_take_fewer_vectors(const PackedTensor& src, const Triple& dst_space,
                               std::int64_t lanes) {
  const auto vectors = [lanes](std::int64_t outputs) { return (outputs + lanes - 1) / lanes; };
  return vectors((dst_space[1] - 1) * src.row() + dst_space[2]) <
         dst_space[1] * vectors(dst_space[2]);
}

bool joining_saves_lanes(const Conv& conv, const Shape& weights, direct::Lane lane) {
  const std::int64_t per_lane = direct::channels_in(lane);
  const std::int64_t channels = weights[1];
  const std::int64_t taps = weights.back();
  return lane != Lane::f32 && conv.dilations.back() == 1 &&
         (channels * taps + per_lane - 1) / per_lane < (channels + per_lane - 1) / per_lane * taps;
}

std::unique_ptr<DirectLayer> make_direct_layer(const DirectProblem& problem, DirectVariant variant,
                                               Isa isa) {
  CALOQUANT_EXPECT(direct_supports(problem.conv, problem.epilogue, variant));
  if (problem.quant != nullptr) {
    require_exact_sums("layer '" + problem.name + "'", *problem.weights, problem.quant->src);
  }
  return variant == DirectVariant::channels ? make_channels_layer(problem, isa)
                                            : make_rows_layer(problem, variant, isa);
}

FinishTable::FinishTable(const DirectProblem& problem, const std::vector<std::int64_t>& place) {
  if (problem.quant != nullptr) {
    std::vector<float> steps(problem.quant->weight_scales.size());
    for (std::size_t c = 0; c < steps.size(); ++c) {
      steps[c] = step_of_sums(*problem.quant, c);
    }
    scale_ = spread(steps, place);
    finish_.scale = scale_.data();
  }
  bias_.assign(place.size(), 0.0F);
  if (problem.bias != nullptr) {
    const auto bias = problem.bias->data<float>();
    bias_ = spread({bias.begin(), bias.end()}, place);
  }
  finish_.bias = bias_.data();
  set_epilogue(problem, place);
  set_start(problem, place);
}

void FinishTable::set_epilogue(const DirectProblem& problem,
                               const std::vector<std::int64_t>& place) {
  const EpilogueParts parts = *epilogue_parts(problem.epilogue);
  if (parts.function != nullptr) {
    finish_.activation = activation_of(parts.function->kind);
    finish_.alpha = parts.function->alpha;
    finish_.beta = parts.function->beta;
  }
  if (parts.affine != nullptr) {
    mul_ = spread(parts.affine->mul, place);
    add_ = spread(parts.affine->add, place);
    finish_.mul = mul_.data();
    finish_.add = add_.data();
  }
  finish_.dst = problem.dst.lane;
  finish_.bf16 = problem.epilogue.dst && problem.epilogue.dst->dtype == DType::bf16;
  if (problem.dst.lane != Lane::f32) {
    const QuantParams& dst = *problem.epilogue.dst;
    const QRange range = range_of(dst);
    finish_.step = dst.scale;
    finish_.low = static_cast<float>(range.low - dst.zero_point);
    finish_.high = static_cast<float>(range.high - dst.zero_point);
    finish_.offset = stored_integer(problem.dst.lane, dst.zero_point, dst);
  }
}

void FinishTable::set_start(const DirectProblem& problem, const std::vector<std::int64_t>& place) {
  if (problem.src.lane != Lane::u8x4) {
    return;
  }
  const std::int32_t zero =
      stored_integer(Lane::u8x4, problem.quant->src.zero_point, problem.quant->src);
  const auto weights = problem.weights->data<std::int8_t>();
  const std::size_t per_channel =
      weights.size() / static_cast<std::size_t>(problem.weights->shape().front());
  start_.assign(place.size(), 0);
  for (std::size_t i = 0; i < place.size(); ++i) {
    if (place[i] >= 0) {
      const auto part =
          weights.subspan(static_cast<std::size_t>(place[i]) * per_channel, per_channel);
      std::int32_t sum = 0;
      for (const std::int8_t weight : part) {
        sum += weight;
      }
      start_[i] = -zero * sum;
    }
  }
}

WeightLanes::WeightLanes(const DirectProblem& problem)
    : weights_(*problem.weights),
      lane_(problem.src.lane),
      kernel_(triple_of({weights_.shape().begin() + 2, weights_.shape().end()}, 1)),
      inputs_(weights_.shape()[1]),
      outputs_(weights_.shape()[0]),
      groups_(problem.src.groups()) {}

std::size_t WeightLanes::index_of(std::int64_t channel, std::int64_t input,
                                  const Triple& at) const {
  const std::int64_t tap = (at[0] * kernel_[1] + at[1]) * kernel_[2] + at[2];
  const std::int64_t taps = kernel_[0] * kernel_[1] * kernel_[2];
  return static_cast<std::size_t>((channel * inputs_ + input) * taps + tap);
}

std::uint32_t WeightLanes::integer_bits(std::size_t index, std::int64_t i) const {
  const unsigned bits = lane_ == Lane::s16x2 ? 16U : 8U;
  const std::int32_t weight = weights_.data<std::int8_t>()[index];
  return (static_cast<std::uint32_t>(weight) & ((1U << bits) - 1U))
         << (bits * static_cast<unsigned>(i));
}

std::uint32_t WeightLanes::lane(std::int64_t channel, std::int64_t group, const Triple& at) const {
  if (channel < 0) {
    return 0;
  }
  if (lane_ == Lane::f32) {
    return std::bit_cast<std::uint32_t>(weights_.data<float>()[index_of(channel, group, at)]);
  }
  const std::int64_t per_lane = direct::channels_in(lane_);
  std::uint32_t result = 0;
  for (std::int64_t i = 0; i < per_lane && group * per_lane + i < inputs_; ++i) {
    result |= integer_bits(index_of(channel, group * per_lane + i, at), i);
  }
  return result;
}

std::int64_t WeightLanes::string_lanes() const {
  const std::int64_t per_lane = direct::channels_in(lane_);
  return (inputs_ * kernel_[2] + per_lane - 1) / per_lane;
}

std::uint32_t WeightLanes::string_lane(std::int64_t channel, std::int64_t index,
                                       const Triple& at) const {
  const std::int64_t per_lane = direct::channels_in(lane_);
  std::uint32_t result = 0;
  for (std::int64_t i = 0; i < per_lane; ++i) {
    const std::int64_t place = index * per_lane + i;
    if (place < inputs_ * kernel_[2]) {
      result |=
          integer_bits(index_of(channel, place % inputs_, {at[0], at[1], place / inputs_}), i);
    }
  }
  return result;
}

}  // namespace caloquant
