#include "graph/io/keras/layers.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <string_view>

#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

struct Entry {
  std::string_view class_name;
  KerasTranslator translate;
};

/// Sorted by name, as the message lists them.
constexpr std::array entries{
    Entry{"Activation", translate_activation},
    Entry{"ActivityRegularization", translate_identity},
    Entry{"Add", translate_add},
    Entry{"AlphaDropout", translate_identity},
    Entry{"AveragePooling1D", translate_pooling},
    Entry{"AveragePooling2D", translate_pooling},
    Entry{"AveragePooling3D", translate_pooling},
    Entry{"BatchNormalization", translate_batch_norm},
    Entry{"Concatenate", translate_concatenate},
    Entry{"Conv1D", translate_conv},
    Entry{"Conv2D", translate_conv},
    Entry{"Conv3D", translate_conv},
    Entry{"Dense", translate_dense},
    Entry{"Dropout", translate_identity},
    Entry{"ELU", translate_elu},
    Entry{"Flatten", translate_flatten},
    Entry{"GaussianDropout", translate_identity},
    Entry{"GaussianNoise", translate_identity},
    Entry{"GlobalAveragePooling1D", translate_global_pooling},
    Entry{"GlobalAveragePooling2D", translate_global_pooling},
    Entry{"GlobalAveragePooling3D", translate_global_pooling},
    Entry{"GlobalMaxPooling1D", translate_global_pooling},
    Entry{"GlobalMaxPooling2D", translate_global_pooling},
    Entry{"GlobalMaxPooling3D", translate_global_pooling},
    Entry{"LeakyReLU", translate_leaky_relu},
    Entry{"MaxPooling1D", translate_pooling},
    Entry{"MaxPooling2D", translate_pooling},
    Entry{"MaxPooling3D", translate_pooling},
    Entry{"Permute", translate_permute},
    Entry{"ReLU", translate_relu},
    Entry{"Reshape", translate_reshape},
    Entry{"Softmax", translate_softmax},
    Entry{"SpatialDropout1D", translate_identity},
    Entry{"SpatialDropout2D", translate_identity},
    Entry{"SpatialDropout3D", translate_identity},
    Entry{"UpSampling1D", translate_up_sampling},
    Entry{"UpSampling2D", translate_up_sampling},
    Entry{"UpSampling3D", translate_up_sampling},
    Entry{"ZeroPadding1D", translate_zero_padding},
    Entry{"ZeroPadding2D", translate_zero_padding},
    Entry{"ZeroPadding3D", translate_zero_padding},
};

}  // namespace

KerasTranslator find_keras_translator(const std::string& class_name) {
  const auto* found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.class_name == class_name;
  });
  return found == entries.end() ? nullptr : found->translate;
}

std::string supported_keras_layers() {
  std::string text = "InputLayer, Sequential, Model, Functional";
  for (const Entry& entry : entries) {
    text += ", " + std::string(entry.class_name);
  }
  return text;
}

void KerasCall::fail(const std::string& problem) const {
  throw ModelError(options.place(), problem);
}

const KerasTensor& KerasCall::input() const {
  if (inputs.size() != 1) {
    fail(layer.class_name + " needs one input, has " + std::to_string(inputs.size()));
  }
  return inputs.front();
}

bool KerasCall::channels_last() const {
  const std::string format = options.text("data_format", "channels_last");
  if (format != "channels_last" && format != "channels_first") {
    options.fail("data_format", "is neither channels_last nor channels_first: '" + format + "'");
  }
  return format == "channels_last";
}

KerasTensor KerasCall::spatial_input(std::size_t axes) const {
  const KerasTensor& src = input();
  if (layout.rank(src) != axes + 2) {
    fail(layer.class_name + " needs " + counted(axes + 2, "axis", "axes") + ", its input is " +
         to_string(layout.shape(src)));
  }
  return layout.with_layout(src, channels_last());
}

std::size_t KerasCall::axis(const char* key, std::int64_t value, std::size_t rank) const {
  const auto axes = static_cast<std::int64_t>(rank);
  const std::int64_t positive = value < 0 ? value + axes : value;
  if (positive < 1 || positive >= axes) {
    options.fail(key, std::to_string(value) + " is no axis of an input with " +
                          counted(rank, "axis", "axes") + ", or the batch");
  }
  return static_cast<std::size_t>(positive);
}

ValueId KerasCall::add_node(const std::string& suffix, Op op, std::vector<ValueId> srcs) const {
  return editor.add_node(suffix.empty() ? editor.own_name(name) : editor.unique_name(name + suffix),
                         std::move(op), std::move(srcs));
}

KerasTensor KerasCall::add(Op op, const KerasTensor& src) const {
  return add("", std::move(op), src);
}

KerasTensor KerasCall::add(const std::string& suffix, Op op, const KerasTensor& src) const {
  return {add_node(suffix, std::move(op), {src.value}), src.channels_moved};
}

}  // namespace caloquant
