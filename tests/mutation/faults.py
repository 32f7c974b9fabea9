"""Deliberate faults in the importers and passes: one expression each, as somebody might get it wrong.

A fault is (file, context with the expression in « », what stands there instead). The context occurs once
in the file. The expression stays an expression, so that one build can hold all faults (run_faults.py).
"""

ONNX = "graph/io/onnx/importer/"
TENSORFLOW = "graph/io/tensorflow/"
KERAS = "graph/io/keras/"
PASSES = "graph/passes/"

FAULTS = [
    # Convolutions and matrices of ONNX.
    (ONNX + "import_layers.cpp", "conv.strides.push_back(«window[i].stride»)", "window[i].dilation"),
    (ONNX + "import_layers.cpp", "conv.pads_begin.push_back(«window[i].pad_begin»)", "window[i].pad_end"),
    (ONNX + "import_layers.cpp", 'conv.groups = node.call().integer("group", «1»)', "2"),
    (ONNX + "import_layers.cpp", '«node.call().integer("transB", 0) == 0»', 'node.call().integer("transB", 1) == 0'),
    (ONNX + "import_layers.cpp", 'node.call().number("alpha", «1.0»)', "2.0"),
    (ONNX + "import_layers.cpp", 'node.call().number("beta", «1.0»)', "0.5"),
    (ONNX + "import_layers.cpp", "static_cast<double>(«1e-5F»)", "1e-3F"),
    (ONNX + "import_layers.cpp", "node.weights(«i»))", "i == 3 ? std::size_t{4} : i == 4 ? std::size_t{3} : i"),
    (ONNX + "import_conv_transpose.cpp", "return («phase(k) + window.pad_begin» - k", "phase(k) - window.pad_begin"),
    (ONNX + "import_conv_transpose.cpp", "phase * channels.out + «c / in_per_group» * out_per_group", "(channels.groups - 1 - c / in_per_group)"),
    (ONNX + "import_conv_transpose.cpp", "from[static_cast<std::size_t>((«c * out_per_group + o») * entries", "(c + 1) * out_per_group - 1 - o"),
    # Shapes and movement.
    (ONNX + "import_shape.cpp", "Transpose{«order»}, {src}", "[&] { Shape back(order.size()); for (std::size_t k = 0; k < order.size(); ++k) { back[static_cast<std::size_t>(order[k])] = static_cast<std::int64_t>(k); } return back; }()"),
    (ONNX + "import_shape.cpp", "«Pad{pads.begin, pads.end}»", "Pad{pads.end, pads.begin}"),
    (ONNX + "import_shape.cpp", 'node.require(«value == 0.0», "pads with', "value >= 0.0"),
    (ONNX + "import_depth_to_space.cpp", 'node.require(«node.call().text("mode", "DCR") == "DCR"»', "true"),
    (ONNX + "import_pieces.cpp", 'node.call().axis(node.call().integer("axis", «0»), dims.size());\n  node.require(axis > 0, "splits', "1"),
    (ONNX + "import_pieces.cpp", "const bool in_order = «piece.start == at / factor» &&", "piece.start >= 0"),
    (ONNX + "import_pieces.cpp", "Concat{static_cast<std::int64_t>(«axis»)}", "axis == 1 ? rank - 1 : axis"),
    (ONNX + "import_pieces.cpp", "Piece{src, i, «slices.starts[i]»", "slices.starts[i] - slices.starts[i]"),
    # Sampling, pooling, reduction.
    (ONNX + "import_sampling.cpp", "node.require(«cell == at / factor»", "cell >= 0"),
    (ONNX + "import_sampling.cpp", 'node.require(«window[i].dilation == 1», "has dilations', "window[i].dilation >= 1"),
    (ONNX + "import_sampling.cpp", '«node.call().node().op == "GlobalMaxPool"»', 'node.call().node().op == "GlobalAveragePool"'),
    (ONNX + "import_sampling.cpp", 'node.call().integer("count_include_pad", «0»)', "1"),
    (ONNX + "import_sampling.cpp", "pool.pads_begin.push_back(«window[i].pad_begin»)", "window[i].pad_begin / 2"),
    (ONNX + "import_sampling.cpp", "static_cast<float>(«cells»), 0.0F)", "kept"),
    (ONNX + "import_sampling.cpp", 'node.call().integer("keepdims", «1»)', "0"),
    # Functions of cells and constants.
    (ONNX + "import_activation.cpp", 'Eltwise eltwise{function->kind, attribute("alpha", «function->alpha»)', "function->beta"),
    (ONNX + "import_activation.cpp", '«is("alpha", 1.6732632F)» && is("gamma"', "true"),
    (ONNX + "import_activation.cpp", "[](float s) { return «-s»; }", "s"),
    (ONNX + "import_activation.cpp", "matrix ? 1 : «-1»)", "1"),
    (ONNX + "import_arithmetic.cpp", "return with_constant(node, {false, «-1.0F»})", "1.0F"),
    (ONNX + "import_arithmetic.cpp", "return combine_constant(node, src, values, LineForm{false, «1.0F»})", "-1.0F"),
    (ONNX + "import_quantized.cpp", "params.zero_point = static_cast<std::int32_t>(«to_doubles(node.call(), zero).front()»)", "0.0"),
    (ONNX + "import_quantized.cpp", 'call.integer("axis", «1»)', "0"),
    (ONNX + "operands.cpp", "repeats[i] = «now[i] == 1» ? dims[i] : 1", "now[i] >= 1"),
    # TensorFlow.
    (TENSORFLOW + "translate_pointwise.cpp", "axes(static_cast<std::size_t>(«rank - 2»))", "rank - 3"),
    (TENSORFLOW + "translate_pointwise.cpp", "first = «known && (stays(a) || stays(b))» &&", "known"),
    (TENSORFLOW + "translate_layers.cpp", 'kind == "SAME" ? «"SAME_UPPER"» : "VALID"', '"SAME_LOWER"'),
    (TENSORFLOW + "translation.cpp", "at == rank - 1 ? 1 : «at + 1»", "at"),
    (TENSORFLOW + "translate_layers.cpp", "return {«cut / 2», cut - cut / 2", "cut - cut / 2"),
    (TENSORFLOW + "translate_layers.cpp", "inputs.push_back(out.input(node, «i»).name)", "i == 3 ? std::size_t{4} : i == 4 ? std::size_t{3} : i"),
    (TENSORFLOW + "translate_shape.cpp", "begin[i] == -1 ? far : «begin[i] + 1»", "begin[i] + 2"),
    (TENSORFLOW + "translate_movement.cpp", '«node.integer("keep_dims", 0) != 0»', "true"),
    # Keras.
    (KERAS + "layers_activation.cpp", 'options.number("negative_slope", «0.3»)', "0.2"),
    (KERAS + "layers_spatial.cpp", 'pads.begin[i] = padding == "causal" ? reach - 1 : «missing / 2»', "missing - missing / 2"),
    (KERAS + "layers_weighted.cpp", "permutation.push_back(«axis»)", "rank - 3 - axis"),
    (KERAS + "layers_weighted.cpp", 'call.options.number("epsilon", «1e-3»)', "1e-5"),
    (KERAS + "layers_shape.cpp", "if («call.channels_last()» || rank < 3)", "true"),
    (KERAS + "layers_spatial.cpp", "Shape(axes, «2»))}, src)", "3"),
    (KERAS + "layout.cpp", "rank(tensor) ? 1 : «keras_axis + 1»", "keras_axis"),
    # Passes.
    (PASSES + "collapse_upsample.cpp", "numerator - («numerator < 0» ?", "numerator < -1"),
    (PASSES + "collapse_upsample.cpp", "return floor_divide(«phase + k - pads_begin», factor)", "phase + k - pads_begin - 1"),
    (PASSES + "lower_batch_norm.cpp", "«static_cast<double>(vector(4)[c]) + epsilon»", "static_cast<double>(vector(4)[c])"),
    (PASSES + "simplify_movement.cpp", "«std::get<Transpose>(before->op).permutation[static_cast<std::size_t>(axis)]»", "permutation[static_cast<std::size_t>(std::get<Transpose>(before->op).permutation[static_cast<std::size_t>(axis)])]"),
    (PASSES + "fold_transpose_into_dense.cpp", "permute_dense(editor, id, «inverse», true)", "order"),
    (PASSES + "fold_affine_into_weights.cpp", "«mul[c] * before + add[c]»", "before + add[c]"),
    (PASSES + "fold_pad_into_conv.cpp", "conv.pads_begin[axis] += «pad.begin[axis + 2]»", "pad.end[axis + 2]"),
    (PASSES + "sink_transpose.cpp", "«by_src[static_cast<std::size_t>(permutation[axis])] = by_dst[axis]»", "by_src[axis] = by_dst[static_cast<std::size_t>(permutation[axis])]"),
    (PASSES + "sink_transpose.cpp", "if («factors[1] != 1»)", "factors[1] < 1"),
]
