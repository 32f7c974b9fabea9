#include "graph/io/keras/option_table.hpp"

#include <algorithm>
#include <array>

namespace caloquant {
namespace {

using enum KerasUse;

constexpr std::string_view training = "changes training only";
constexpr std::string_view start = "where training starts; the weights come from the file";
constexpr std::string_view noise = "noise of training; inference hands its input on";

/// Of every layer and model. `dtype` may also be a policy object of one of these names.
constexpr std::array common{
    KerasOption{"name", structure},
    KerasOption{"trainable", harmless, {}, training},
    KerasOption{"dtype", only, R"([null, "float32", "float64"])",
                "computes in 16 bits or in integers"},
    KerasOption{"batch_input_shape", structure},
    KerasOption{"activity_regularizer", harmless, {}, training},
    KerasOption{"autocast", harmless, {}, "there is one type to cast to"},
    KerasOption{"experimental_autocast", harmless, {}, "there is one type to cast to"},
};

constexpr std::array input_layer{
    KerasOption{"name", structure},
    KerasOption{"trainable", harmless, {}, "has no weights"},
    KerasOption{"dtype", only, R"([null, "float32", "float64"])",
                "computes in 16 bits or in integers"},
    KerasOption{"batch_input_shape", structure},
    KerasOption{"batch_shape", structure},
    KerasOption{"sparse", only, "[null, false]", "takes sparse tensors"},
    KerasOption{"ragged", only, "[null, false]", "takes ragged tensors"},
    KerasOption{"optional", only, "[null, false]", "may be left out"},
};

constexpr std::array functional{KerasOption{"layers", structure},
                                KerasOption{"input_layers", structure},
                                KerasOption{"output_layers", structure}};
constexpr std::array sequential{KerasOption{"layers", structure},
                                KerasOption{"build_input_shape", structure}};

/// Weights named kernel and bias.
constexpr std::array kernel_and_bias{
    KerasOption{"activation"},
    KerasOption{"use_bias"},
    KerasOption{"kernel_initializer", harmless, {}, start},
    KerasOption{"bias_initializer", harmless, {}, start},
    KerasOption{"kernel_regularizer", harmless, {}, training},
    KerasOption{"bias_regularizer", harmless, {}, training},
    KerasOption{"kernel_constraint", harmless, {}, training},
    KerasOption{"bias_constraint", harmless, {}, training},
    KerasOption{"lora_rank", only, "[null]", "adds a product of two matrices to the kernel"},
    KerasOption{"lora_alpha", only, "[null]", "adds a product of two matrices to the kernel"},
    KerasOption{"quantization_config", only, "[null]", "quantizes the kernel"},
};
constexpr std::array dense{KerasOption{"units"}};
constexpr std::array conv{
    KerasOption{"filters"}, KerasOption{"kernel_size"}, KerasOption{"strides"},
    KerasOption{"padding"}, KerasOption{"data_format"}, KerasOption{"dilation_rate"},
    KerasOption{"groups"},
};

constexpr std::array batch_norm{
    KerasOption{"axis"},
    KerasOption{"epsilon"},
    KerasOption{"center"},
    KerasOption{"scale"},
    KerasOption{"momentum", harmless, {}, training},
    KerasOption{"beta_initializer", harmless, {}, start},
    KerasOption{"gamma_initializer", harmless, {}, start},
    KerasOption{"moving_mean_initializer", harmless, {}, start},
    KerasOption{"moving_variance_initializer", harmless, {}, start},
    KerasOption{"beta_regularizer", harmless, {}, training},
    KerasOption{"gamma_regularizer", harmless, {}, training},
    KerasOption{"beta_constraint", harmless, {}, training},
    KerasOption{"gamma_constraint", harmless, {}, training},
    KerasOption{"fused", harmless, {}, "which kernel computes the same"},
    KerasOption{"synchronized", harmless, {}, training},
    KerasOption{"renorm", only, "[null, false]", "has other weights"},
    KerasOption{"renorm_clipping", harmless, {}, "renorm is refused"},
    KerasOption{"renorm_momentum", harmless, {}, "renorm is refused"},
    KerasOption{"virtual_batch_size", only, "[null]", "has another shape of its weights"},
    KerasOption{"adjustment", only, "[null]", "is a function"},
};

constexpr std::array pooling{KerasOption{"pool_size"}, KerasOption{"strides"},
                             KerasOption{"padding"}, KerasOption{"data_format"}};
constexpr std::array global_pooling{KerasOption{"data_format"}, KerasOption{"keepdims"}};
constexpr std::array up_sampling{KerasOption{"size"}, KerasOption{"data_format"},
                                 KerasOption{"interpolation"}};
constexpr std::array zero_padding{KerasOption{"padding"}, KerasOption{"data_format"}};

constexpr std::array activation{KerasOption{"activation"}};
constexpr std::array relu{KerasOption{"max_value"}, KerasOption{"negative_slope"},
                          KerasOption{"threshold"}};
/// `alpha` in Keras 2, `negative_slope` in Keras 3.
constexpr std::array leaky_relu{KerasOption{"alpha"}, KerasOption{"negative_slope"}};
constexpr std::array elu{KerasOption{"alpha"}};
constexpr std::array axis{KerasOption{"axis"}};
constexpr std::array reshape{KerasOption{"target_shape"}};
constexpr std::array permute{KerasOption{"dims"}};
constexpr std::array flatten{KerasOption{"data_format"}};

constexpr std::array random_layer{
    KerasOption{"rate", harmless, {}, noise},        KerasOption{"stddev", harmless, {}, noise},
    KerasOption{"noise_shape", harmless, {}, noise}, KerasOption{"seed", harmless, {}, noise},
    KerasOption{"data_format", harmless, {}, noise},
};
constexpr std::array regularization{KerasOption{"l1", harmless, {}, training},
                                    KerasOption{"l2", harmless, {}, training}};

constexpr std::array call_arguments{
    KerasOption{"training", only, "[null, false]", "is called as in training"},
    KerasOption{"mask", only, "[null]", "is called with a mask"},
};

/// `module` and `registered_name` tell classes of Keras from others of the same name.
constexpr std::array object_members{
    KerasOption{"class_name", structure},
    KerasOption{"config", structure},
    KerasOption{"name", structure},
    KerasOption{"module", structure},
    KerasOption{"registered_name", structure},
    KerasOption{"inbound_nodes", structure},
    KerasOption{"keras_version", structure},
    KerasOption{"backend", structure},
    KerasOption{"build_config", harmless, {}, "repeats extents, which follow from the inputs"},
    KerasOption{"compile_config", harmless, {}, training},
    KerasOption{"shared_object_id", harmless, {}, "a number for the file"},
};

KerasClass layer(std::string_view name, std::vector<std::span<const KerasOption>> groups) {
  groups.emplace_back(common);
  return {name, std::move(groups)};
}

std::vector<KerasClass> made_table() {
  std::vector<KerasClass> table{
      {"InputLayer", {input_layer}},
      layer("Functional", {functional}),
      layer("Model", {functional}),
      layer("Sequential", {sequential}),
      layer("Activation", {activation}),
      layer("ActivityRegularization", {regularization}),
      layer("Add", {}),
      layer("BatchNormalization", {batch_norm}),
      layer("Concatenate", {axis}),
      layer("Dense", {dense, kernel_and_bias}),
      layer("ELU", {elu}),
      layer("Flatten", {flatten}),
      layer("LeakyReLU", {leaky_relu}),
      layer("Permute", {permute}),
      layer("ReLU", {relu}),
      layer("Reshape", {reshape}),
      layer("Softmax", {axis}),
  };
  for (const char* name : {"Conv1D", "Conv2D", "Conv3D"}) {
    table.push_back(layer(name, {conv, kernel_and_bias}));
  }
  for (const char* name : {"AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
                           "MaxPooling1D", "MaxPooling2D", "MaxPooling3D"}) {
    table.push_back(layer(name, {pooling}));
  }
  for (const char* name :
       {"GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D",
        "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D"}) {
    table.push_back(layer(name, {global_pooling}));
  }
  for (const char* name : {"UpSampling1D", "UpSampling2D", "UpSampling3D"}) {
    table.push_back(layer(name, {up_sampling}));
  }
  for (const char* name : {"ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"}) {
    table.push_back(layer(name, {zero_padding}));
  }
  for (const char* name : {"AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise",
                           "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}) {
    table.push_back(layer(name, {random_layer}));
  }
  return table;
}

}  // namespace

const std::vector<KerasClass>& keras_option_table() {
  static const std::vector<KerasClass> table = made_table();
  return table;
}

const KerasClass* find_keras_class(std::string_view class_name) {
  for (const KerasClass& type : keras_option_table()) {
    if (type.name == class_name) {
      return &type;
    }
  }
  return nullptr;
}

const KerasOption* find_keras_option(const KerasClass& type, std::string_view key) {
  for (const std::span<const KerasOption> group : type.groups) {
    const auto found = std::find_if(group.begin(), group.end(),
                                    [&](const KerasOption& option) { return option.name == key; });
    if (found != group.end()) {
      return &*found;
    }
  }
  return nullptr;
}

std::span<const KerasOption> keras_call_arguments() {
  return call_arguments;
}

std::span<const KerasOption> keras_object_members() {
  return object_members;
}

}  // namespace caloquant
