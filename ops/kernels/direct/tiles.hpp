#pragma once

// What a direct kernel is told, as plain data: this header is compiled once per instruction set,
// so it must not define or instantiate anything that the linker could take from another set.

#include <cstdint>

namespace caloquant::direct {

/// What one 32-bit lane of a packed tensor holds.
enum class Lane : std::int32_t {
  f32,    ///< one float
  s16x2,  ///< two channels, q - zero_point as 16-bit integers
  u8x4,   ///< four channels, bytes; s8 tensors are stored as q + 128
};

/// Channels in a lane.
constexpr std::int64_t channels_in(Lane lane) {
  return lane == Lane::f32 ? 1 : lane == Lane::s16x2 ? 2 : 4;
}

enum class Activation : std::int32_t { none, relu, leaky_relu, clip };

/// From a sum to what is stored, in this order and in f32 without contraction, so that every
/// instruction set gives the same bits:
///   y = sum * scale[c] + bias[c]   (f32 layers: sum + bias[c])
///   y = activation(y);  y = y * mul[c] + add[c]  (with an affine)
///   f32 lanes store y; integer lanes q = rint(clamp(y / step, low, high)), offset added.
struct Finish {
  const float* scale = nullptr;  ///< per channel, null for f32 layers
  const float* bias = nullptr;   ///< per channel
  const float* mul = nullptr;    ///< per channel, or null
  const float* add = nullptr;
  Activation activation = Activation::none;
  float alpha = 0.0F;  ///< as in Eltwise
  float beta = 0.0F;
  Lane dst = Lane::f32;
  bool bf16 = false;  ///< dst f32: rounded to bfloat16
  float step = 1.0F;  ///< dst scale
  float low = 0.0F;   ///< in steps from the zero point
  float high = 0.0F;
  std::int32_t offset = 0;  ///< from steps to what is stored: u8x4 zero point (+ 128), s16x2 0
};

/// A part of a joined lane (packed.hpp): `mask` of a src lane that was moved up or down by bits.
struct JoinPart {
  std::int64_t offset = 0;  ///< of the src lane
  std::int32_t up = 0;
  std::int32_t down = 0;
  std::int32_t mask = -1;
};
struct JoinedLane {
  JoinPart parts[4];
  std::int32_t count = 0;
};

/// Vectors along the last spatial axis, weights broadcast: for few output channels. Row by row, or
/// over whole planes of src, in which an output follows the other and some belong nowhere between
/// the rows.
/// Offsets and strides are in lanes.
struct Rows {
  const std::uint32_t* src = nullptr;  ///< first lane that the kernel of output (0, 0, 0) reads
  std::uint32_t* dst = nullptr;        ///< lane of output (0, 0, 0), channel group 0
  std::int64_t src_step_d = 0;         ///< per output plane (stride included)
  std::int64_t src_step_h = 0;
  std::int64_t dst_step_d = 0;
  std::int64_t dst_step_h = 0;
  std::int64_t dst_group = 0;          ///< between channel groups of dst
  const std::int64_t* taps = nullptr;  ///< offset of each run of `run` taps along the last axis
  std::int64_t runs = 0;               ///< (kd, kh, group) triples; joined: every lane is one
  std::int64_t part = 1;  ///< runs whose cells and weights stay in the first-level cache together
  std::int64_t run = 0;   ///< kw; joined: 1
  std::int64_t run_step = 1;               ///< dilation along the last axis
  const std::uint32_t* weights = nullptr;  ///< tiles of [runs][run][channels of the tile]
  const std::int32_t* start = nullptr;     ///< per channel: the sum before the first tap, or null
  const std::int32_t* tiles = nullptr;     ///< channels of each tile; their sum is `channels`
  std::int64_t tile_count = 0;
  std::int64_t width = 0;   ///< outputs of a row
  std::int64_t height = 0;  ///< rows of a plane
  std::int64_t rows_at_once = 1;
  std::int64_t pitch = 0;      ///< planes: from row to row of src; 0: row by row
  std::int64_t positions = 0;  ///< planes: from the first output of a plane to its last
  Finish finish;
};

/// One block of output channels of a `Channels` layer: vectors * lanes channels wide.
struct ChannelTile {
  std::int64_t vectors = 0;
  std::int64_t entries = 0;                ///< taps with a weight that is not 0
  const std::int64_t* offsets = nullptr;   ///< src lane of each entry
  const std::uint32_t* weights = nullptr;  ///< [entries][vectors][lanes]
  std::int64_t first_channel = 0;          ///< index into Finish's arrays and `start`
  std::int64_t limit[3] = {0, 0, 0};       ///< positions per axis with any output inside dst
  std::int64_t full[3] = {0, 0, 0};        ///< positions per axis with all outputs inside dst
};

/// Where a group of channels of one tile goes: channels_in(dst) neighbouring channels.
struct ChannelStore {
  std::int64_t offset = 0;            ///< dst lane relative to that of the position
  std::int64_t limit[3] = {0, 0, 0};  ///< positions per axis for which it lies inside dst
};

/// Vectors along the output channels, cells broadcast: for many output channels, among them the
/// phases of a collapsed up-sampling, each of which goes to its own cells.
struct Channels {
  const std::uint32_t* src = nullptr;
  std::uint32_t* dst = nullptr;
  std::int64_t src_step[3] = {0, 0, 0};  ///< per position
  std::int64_t dst_step[3] = {0, 0, 0};  ///< per position (a phase factor included)
  const ChannelTile* tiles = nullptr;
  const ChannelStore* stores = nullptr;  ///< by channel / channels_in(dst)
  const std::int32_t* start = nullptr;   ///< per channel, or null
  Finish finish;
};

/// A tile of a product of matrices: sums[r][c] = sum over i of src[r][i] * weights[i][c], added in
/// the order of i whatever the number of rows.
struct DenseTile {
  const float* src = nullptr;
  std::int64_t src_step = 0;  ///< floats from row to row
  std::int64_t rows = 0;      ///< 1 to dense_rows
  std::int64_t inputs = 0;
  const float* weights = nullptr;  ///< [inputs][dense_width]
  float* sums = nullptr;           ///< [rows][dense_width]
};

/// A tile of a Gram matrix: sums[r][c] += values[i][row + r] * values[i][column + c], i after i.
/// Products of two floats are exact in double: the same bits under every instruction set.
struct GramTile {
  const double* values = nullptr;  ///< [count][step]
  std::int64_t count = 0;
  std::int64_t step = 0;
  std::int64_t row = 0;
  std::int64_t column = 0;
  double* sums = nullptr;  ///< [gram_rows][step], of row and column
};
inline constexpr std::int64_t dense_rows = 4;
inline constexpr std::int64_t gram_rows = 4;

/// The kernels of one instruction set for one kind of src lane.
struct Kernels {
  std::int64_t lanes = 0;             ///< of a vector
  std::int64_t rows_channels = 0;     ///< most channels of a `Rows` tile
  std::int64_t channels_vectors = 0;  ///< most vectors of a ChannelTile
  /// rows_at_once rows of outputs from row h on, all channels.
  void (*rows)(const Rows& layer, std::int64_t d, std::int64_t h) = nullptr;
  /// As many positions of plane d as a stretch has, from `first` on, all channels.
  void (*planes)(const Rows& layer, std::int64_t d, std::int64_t first) = nullptr;
  std::int64_t stretch_vectors = 0;  ///< most vectors of rows, and of a part of a plane
  /// Joins `count` lanes. May read 64 lanes behind the last.
  void (*join)(const JoinedLane& lane, const std::uint32_t* src, std::uint32_t* dst,
               std::int64_t count) = nullptr;
  /// One tile at all positions of plane d.
  void (*channels)(const Channels& layer, std::int64_t tile, std::int64_t d) = nullptr;
  /// Multiply-adds in registers, to measure the peak: `rounds` rounds of peak_sums vectors.
  std::uint32_t (*peak)(std::int64_t rounds, const std::uint32_t* operands) = nullptr;
  std::int64_t peak_sums = 0;
  std::int64_t dense_width = 0;                    ///< columns of a DenseTile; f32 lanes only
  void (*dense)(const DenseTile& tile) = nullptr;  ///< f32 lanes only
  std::int64_t gram_width = 0;                     ///< columns of a GramTile; f32 lanes only
  void (*gram)(const GramTile& tile) = nullptr;    ///< f32 lanes only
};

}  // namespace caloquant::direct
